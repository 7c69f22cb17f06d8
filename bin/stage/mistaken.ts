/** The person at the keyboard has to do something else: the message says what, and nothing but the message is shown. */
export class Mistaken extends Error {
  override readonly name = 'Mistaken';
}
