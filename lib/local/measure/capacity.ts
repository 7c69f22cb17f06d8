/**
 * What a request to DynamoDB is billed: sizes of items and the units that follow from them. Pure.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */

/** A value as it travels: `{"S": "…"}`. */
type Attribute = Readonly<Record<string, unknown>>;
export type WireItem = Readonly<Record<string, Attribute>>;

/** The keys of a secondary index that projects nothing else. */
export type IndexKeys = { readonly partition: string; readonly sort: string | undefined };

const WRITE_UNIT = 1024;
const READ_UNIT = 4096;

/** The size of an item: its names and values. */
export function itemBytes(item: WireItem): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8(name) + valueBytes(value), 0);
}

function valueBytes(value: Attribute): number {
  const [[type, held] = []] = Object.entries(value);
  const list = Array.isArray(held) ? held : [];
  switch (type) {
    case 'S':
      return utf8(String(held));
    case 'N':
      return numberBytes(String(held));
    case 'B':
      return Buffer.byteLength(String(held), 'base64');
    case 'SS':
      return list.reduce<number>((sum, one) => sum + utf8(String(one)), 0);
    case 'NS':
      return list.reduce<number>((sum, one) => sum + numberBytes(String(one)), 0);
    case 'BS':
      return list.reduce<number>((sum, one) => sum + Buffer.byteLength(String(one), 'base64'), 0);
    case 'BOOL':
    case 'NULL':
      return 1;
    // A list or map costs three bytes, and one more for each thing in it.
    case 'L':
      return list.reduce<number>((sum, one) => sum + 1 + valueBytes(one as Attribute), 3);
    case 'M':
      return Object.entries(held as WireItem).reduce((sum, [name, one]) => sum + 1 + utf8(name) + valueBytes(one), 3);
    default:
      throw new Error(`DynamoDB has no type ${type}.`);
  }
}

/** About one byte for each two significant digits, and one more. */
function numberBytes(text: string): number {
  const digits = text.replace(/^-?0*|[.-]|e.*$/gi, '').replace(/0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

/** A write costs by the larger of what was there and what is there then; a refused one by what was there. */
export function writeUnits(before: WireItem | undefined, after: WireItem | undefined): number {
  const bytes = Math.max(before ? itemBytes(before) : 0, after ? itemBytes(after) : 0);
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT));
}

/** What an index that projects keys alone adds to a write: nothing where its keys stayed as they were, two where they changed. */
export function indexWriteUnits(
  { partition, sort }: IndexKeys,
  before: WireItem | undefined,
  after: WireItem | undefined,
): number {
  const entry = (item: WireItem | undefined) => {
    const keys = [item?.[partition], ...(sort === undefined ? [] : [item?.[sort]])];
    return keys.includes(undefined) ? undefined : JSON.stringify(keys);
  };
  const [old, fresh] = [entry(before), entry(after)];
  return old === fresh ? 0 : (old === undefined ? 0 : 1) + (fresh === undefined ? 0 : 1);
}

/** What a read costs that brought so many bytes in all; also one that brought none. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT)) * (consistent ? 1 : 0.5);
}

function utf8(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
