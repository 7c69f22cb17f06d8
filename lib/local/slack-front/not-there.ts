/** Something that this Slack was asked about and that is not there. The message says so to whoever asked. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}
