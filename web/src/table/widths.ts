import type { ColumnInfo } from "../model/wire/protocol";
import { formatCell } from "../model/values/cell-text";
import type { Rows } from "../model/values/rows";

const SAMPLED_ROWS = 40;
const NARROWEST_CH = 6;
const WIDEST_CH = 44;
const PADDING_CH = 4;
const SORT_MARK_CH = 2;
/** Types are written smaller, and long ones are cut. */
const TYPE_SIZE = 0.8;
const WIDEST_TYPE_CH = 14;

/** Widths of the columns for `grid-template-columns`, from their names and the first rows; they stay as they are. */
export function columnTemplate(columns: readonly ColumnInfo[], rows: Rows): string {
  return columns.map((column, index) => `${widthCh(column, index, rows)}ch`).join(" ");
}

function widthCh(column: ColumnInfo, index: number, rows: Rows): number {
  const type = Math.min(WIDEST_TYPE_CH, column.type.length * TYPE_SIZE);
  let longest = Math.max(column.name.length + SORT_MARK_CH, type);
  for (let row = 0; row < Math.min(SAMPLED_ROWS, rows.length); row += 1) {
    longest = Math.max(longest, formatCell(rows.value(row, index), column).length);
  }
  return Math.min(WIDEST_CH, Math.max(NARROWEST_CH, longest) + PADDING_CH);
}
