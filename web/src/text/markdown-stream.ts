import { BEGINNING, type Block, blocksOf } from "./blocks";
import { rendered } from "./markdown";

/** Characters read in one step, and how long a frame may go on with steps: what comes all at once takes some frames. */
const STEP = 1_500;
const SLICE_MS = 6;
/** What is out of view is left out of layout, part by part: the browser looks at each part in every frame. */
const BLOCKS_IN_A_PART = 24;
const CHARACTERS_IN_A_PART = 4_000;

/**
 * A markdown text as it stands in the page and grows there. What has been written longer is read from its last block
 * on, and only that and what follows it is touched: the cost does not grow with the text's length.
 */
export class MarkdownStream {
  private text = "";
  private last: { readonly block: Block; readonly element: Element } | null = null;
  private part: Element | null = null;
  private partBeginsAt = 0;

  /** With `trusted`, links can be followed. */
  constructor(
    private readonly host: Element,
    private readonly trusted: boolean,
  ) {
    host.replaceChildren();
  }

  /** Brings the page from what it shows nearer to `written`. Returns true while there is more to be shown. */
  update(written: string): boolean {
    const text = written.replaceAll("\r", "");
    if (!text.startsWith(this.text)) this.beginAnew();
    const until = performance.now() + SLICE_MS;
    do {
      this.text = text.slice(0, this.text.length + STEP);
      this.show(blocksOf(this.text, this.last?.block.mark ?? BEGINNING));
    } while (this.text.length < text.length && performance.now() < until);
    return this.text.length < text.length;
  }

  /** The first of the blocks stands in the place of what was the last one. */
  private show(blocks: readonly Block[]): void {
    const earlier = this.last;
    const same = earlier && blocks[0] && isSame(earlier.block, blocks[0]) ? 1 : 0;
    rendered(blocks.slice(same), this.trusted).forEach((element, index) => {
      const block = blocks[same + index]!;
      if (earlier && same + index === 0) earlier.element.replaceWith(element);
      else this.partFor(block).append(element);
      this.last = { block, element };
    });
    if (this.last === earlier) return;
    earlier?.element.lastElementChild?.classList.remove("end");
    this.last?.element.lastElementChild?.classList.add("end");
  }

  private partFor({ mark }: Block): Element {
    const full = mark.at - this.partBeginsAt >= CHARACTERS_IN_A_PART;
    if (this.part && !full && this.part.children.length < BLOCKS_IN_A_PART) return this.part;
    // The last two are always laid out, so that the end of the text does not jump.
    this.part?.previousElementSibling?.classList.add("earlier");
    this.part = document.createElement("div");
    this.part.className = "part";
    this.partBeginsAt = mark.at;
    this.host.append(this.part);
    return this.part;
  }

  private beginAnew(): void {
    this.host.replaceChildren();
    this.text = "";
    this.last = null;
    this.part = null;
  }
}

function isSame(one: Block, other: Block): boolean {
  return one.source === other.source && one.cut === other.cut;
}
