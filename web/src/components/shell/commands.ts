/** Something that can be done from anywhere by its name. */
export interface Command {
  readonly name: string;
  /** What kind of thing it is, shown beside the name. */
  readonly kind: string;
  run(): void;
}

const MOST_SHOWN = 50;

/** Those in whose name or kind all the words stand, in their order; those whose name begins with them come first. */
export function fitting(commands: readonly Command[], typed: string): readonly Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ name, kind }: Command) => words.every((word) => `${name} ${kind}`.toLowerCase().includes(word));
  const begins = ({ name }: Command) => name.toLowerCase().startsWith(typed.trim().toLowerCase());
  const found = commands.filter(fits);
  return [...found.filter(begins), ...found.filter((command) => !begins(command))].slice(0, MOST_SHOWN);
}
