/** Names and values of a script that runs from right to left, which else drags what stands beside it along. */
const RIGHT_TO_LEFT = /([\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]+)/u;

/** A text cut where its direction changes: what runs from right to left stands at the odd places. */
export const directionRuns = (text: string): readonly string[] => text.split(RIGHT_TO_LEFT);
