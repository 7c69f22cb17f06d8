import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Mistaken } from './mistaken.ts';

/** Asks the person at the keyboard. What is typed for `secret` is shown nowhere, not even as stars. */
export interface Keyboard {
  secret(question: string): Promise<string>;
  line(question: string): Promise<string>;
  close(): void;
}

/** Thrown when the person ends it (Ctrl-C, Ctrl-D): nothing more is asked. */
export class Ended extends Mistaken {}

type Terminal = {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: { write(text: string): unknown };
};

/** A keyboard on a terminal. Throws `Mistaken` where there is none: a pipe would answer questions that nobody saw. */
export function openKeyboard({ input, output }: Terminal = { input: process.stdin, output: process.stdout }): Keyboard {
  if (!input.isTTY)
    throw new Mistaken('There is no keyboard to ask at. Run it in a terminal, or see --help for pipelines.');
  let isShown = false;
  // In raw mode the terminal itself shows nothing; what readline would show goes through here.
  const screen = new Writable({
    write: (chunk: Buffer, _, done) => {
      if (isShown) output.write(chunk.toString());
      done();
    },
  });
  const lines: Interface = createInterface({ input, output: screen, terminal: true, historySize: 0 });
  const ended = new Promise<never>((_, reject) => {
    lines.once('close', () => reject(new Ended('Ended. What was not confirmed until now was not changed.')));
    lines.once('SIGINT', () => lines.close());
  });
  ended.catch(() => undefined);

  const ask = async (question: string, shown: boolean): Promise<string> => {
    output.write(question);
    isShown = shown;
    const typed = await Promise.race([lines.question(''), ended]);
    isShown = false;
    if (!shown) output.write('\n');
    return typed.trim();
  };
  return {
    secret: (question) => ask(question, false),
    line: (question) => ask(question, true),
    close: () => {
      lines.removeAllListeners('close');
      lines.close();
    },
  };
}
