"""What the page said about its first answer while something happened, moment by moment."""

from dataclasses import dataclass

from playwright.async_api import Page

# Called at each change of the document, before it is painted: nothing that a person could see is missed.
_WATCH = r"""() => {
  const moments = (window.moments = []);
  const note = () => {
    const rung = document.querySelector('[data-testid^="rung-"][data-state="climbing"]');
    const moment = {
      state: document.querySelector('[data-testid="answer-state"]')?.textContent.trim() ?? "",
      rung: rung ? rung.dataset.testid.slice("rung-".length) : "",
      says_stopped: /\bstopped\b/i.test(document.body.textContent),
    };
    const last = moments.at(-1);
    const changed = !last || Object.keys(moment).some((key) => moment[key] !== last[key]);
    if (changed) moments.push({ at_ms: Date.now(), ...moment });
  };
  note();
  const everything = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(note).observe(document.body, everything);
}"""


@dataclass(frozen=True)
class Moment:
    """From `at_ms` (Unix) on the answer's state was shown as `state`, `rung` as the one that is being climbed;
    `says_stopped`: the word stood somewhere on the page."""

    at_ms: int
    state: str
    rung: str
    says_stopped: bool


async def watch(page: Page) -> None:
    """Begin to note what the page says."""
    await page.evaluate(_WATCH)


async def moments(page: Page) -> list[Moment]:
    """What it has said since, one entry for each change."""
    return [Moment(**moment) for moment in await page.evaluate("window.moments")]
