let loading: Promise<typeof import("./sql-colours")> | undefined;

/** Colours the SQL in `code`. What knows the language is loaded with the first statement; until then it stands plain. */
export async function highlightSql(code: Element): Promise<void> {
  const { coloured } = await (loading ??= import("./sql-colours"));
  // A block that has grown meanwhile has been replaced.
  if (code.isConnected) code.replaceChildren(coloured(code.textContent));
}
