/** Where a bar is drawn: a terminal, or a file in which it would only be noise. */
type Paper = { readonly isTTY?: boolean | undefined; write(text: string): unknown };

const width = 30;

/**
 * Shows how far it has come: a bar that moves on a terminal, a line for each tenth anywhere else. `done` is what people count,
 * where that is not what is worked off.
 */
export function progressBar(
  of: number,
  paper: Paper,
): { readonly at: (worked: number, done?: number) => void; readonly end: () => void } {
  let told = 0;
  return {
    at: (worked, done = worked) => {
      const share = of === 0 ? 1 : Math.min(1, worked / of);
      const line = `${Math.floor(share * 100)} %  ${done.toLocaleString('en-US')} done`;
      if (paper.isTTY) {
        const full = Math.round(share * width);
        paper.write(`\r${'█'.repeat(full)}${'░'.repeat(width - full)} ${line}`);
      } else if (Math.floor(share * 10) > told) {
        told = Math.floor(share * 10);
        paper.write(`${line}\n`);
      }
    },
    end: () => {
      if (paper.isTTY) paper.write('\n');
    },
  };
}
