/**
 * CloudFormation templates as values: resources with their names, and intrinsic functions resolved to what they mean on
 * one machine. Pure.
 */

export type Properties = Readonly<Record<string, unknown>>;

export type Resource = {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly Metadata?: Readonly<Record<string, unknown>>;
};

export type Template = {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>
  >;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
};

/** A template with the name of its stack. */
export type Stack = { readonly name: string; readonly template: Template };

/** What a template leaves to the place it is deployed to. Origins have no slash at the end. */
export type Place = {
  readonly account: string;
  readonly region: string;
  readonly queueOrigin: string;
  readonly apiOrigin: string;
};

/** An expression that has no meaning on one machine. The message says which. */
export class Unresolvable extends Error {
  override readonly name = 'Unresolvable';
}

/** What `Ref` and `Fn::GetAtt` answer for one resource. */
type Identity = { readonly ref: string; readonly attributes: Readonly<Record<string, string>> };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A string property if it is given as plain text; names that are expressions are not read. */
function plain(properties: Properties | undefined, name: string): string | undefined {
  const value = properties?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** A number that looks like a UUID's text, the same for the same `seed` (the shape that KMS key ids have). */
function uuidLike(seed: string): string {
  let hash = 0n;
  for (const char of seed)
    hash = BigInt.asUintN(128, hash * 0x1000000000000000000013bn + BigInt(char.codePointAt(0) ?? 0));
  const hex = hash.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * The name a resource has here: its own where the template gives one, else its logical id, which is what the design and
 * the logs call it.
 */
export function nameOf(logicalId: string, resource: Resource): string {
  const p = resource.Properties;
  switch (resource.Type) {
    case 'AWS::Lambda::Function':
      return plain(p, 'FunctionName') ?? logicalId;
    case 'AWS::SQS::Queue':
      return plain(p, 'QueueName') ?? `${logicalId}${p?.['FifoQueue'] === true ? '.fifo' : ''}`;
    case 'AWS::DynamoDB::GlobalTable':
    case 'AWS::DynamoDB::Table':
      return plain(p, 'TableName') ?? logicalId;
    case 'AWS::KMS::Alias':
      return plain(p, 'AliasName') ?? logicalId;
    default:
      return plain(p, 'Name') ?? logicalId;
  }
}

function identityOf(stack: string, logicalId: string, resource: Resource, place: Place): Identity {
  const { account, region } = place;
  const name = nameOf(logicalId, resource);
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
  switch (resource.Type) {
    case 'AWS::Lambda::Function':
      return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
    case 'AWS::SQS::Queue': {
      const url = `${place.queueOrigin}/${account}/${name}`;
      return { ref: url, attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: url } };
    }
    case 'AWS::DynamoDB::GlobalTable':
    case 'AWS::DynamoDB::Table':
      return { ref: name, attributes: { Arn: arn('dynamodb', `table/${name}`) } };
    case 'AWS::SecretsManager::Secret': {
      // Six characters after a hyphen, as every secret's ARN ends.
      const secret = arn('secretsmanager', `secret:${name}-${uuidLike(name).slice(-6)}`);
      return { ref: secret, attributes: { Id: secret } };
    }
    case 'AWS::KMS::Key': {
      const id = uuidLike(`${stack}/${logicalId}`);
      return { ref: id, attributes: { Arn: arn('kms', `key/${id}`), KeyId: id } };
    }
    case 'AWS::ApiGatewayV2::Api':
      return { ref: logicalId, attributes: { ApiId: logicalId, ApiEndpoint: place.apiOrigin } };
    case 'AWS::SNS::Topic':
      return { ref: arn('sns', name), attributes: { TopicArn: arn('sns', name), TopicName: name } };
    case 'AWS::IAM::Role':
      return { ref: name, attributes: { Arn: `arn:aws:iam::${account}:role/${name}` } };
    default:
      return { ref: name, attributes: { Arn: arn('local', name) } };
  }
}

/** Resolves expressions of one set of stacks. Throws `Unresolvable` for what has no meaning on one machine. */
export class Resolver {
  readonly #stacks: ReadonlyMap<string, Template>;
  readonly #place: Place;

  constructor(stacks: readonly Stack[], place: Place) {
    this.#stacks = new Map(stacks.map(({ name, template }) => [name, template]));
    this.#place = place;
  }

  /** `value` of the stack `stack` with every intrinsic function replaced; `AWS::NoValue` leaves its place empty. */
  resolve(stack: string, value: unknown): unknown {
    if (Array.isArray(value))
      return value.map((item) => this.resolve(stack, item)).filter((item) => item !== undefined);
    if (!isObject(value)) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (entries.length === 1 && only !== undefined && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
      return this.#intrinsic(stack, only[0], only[1]);
    }
    return Object.fromEntries(
      entries.map(([key, item]) => [key, this.resolve(stack, item)]).filter(([, item]) => item !== undefined),
    );
  }

  /** The same, as text. A number or a truth value is written as text; anything else is `Unresolvable`. */
  text(stack: string, value: unknown): string {
    const resolved = this.resolve(stack, value);
    if (typeof resolved === 'string') return resolved;
    if (typeof resolved === 'number' || typeof resolved === 'boolean') return String(resolved);
    throw new Unresolvable(`${JSON.stringify(value)} is not text`);
  }

  #intrinsic(stack: string, name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.#ref(stack, String(argument));
      case 'Fn::GetAtt': {
        const [id, attribute] = Array.isArray(argument)
          ? argument.map(String)
          : [String(argument).split('.')[0], String(argument).split('.').slice(1).join('.')];
        return this.#attribute(stack, id ?? '', attribute ?? '');
      }
      case 'Fn::ImportValue':
        return this.#imported(this.text(stack, argument));
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown];
        const resolved = this.resolve(stack, parts);
        if (!Array.isArray(resolved)) throw new Unresolvable('Fn::Join of something that is not a list');
        return resolved.map((part) => this.text(stack, part)).join(separator);
      }
      case 'Fn::Sub': {
        const [pattern, values] = Array.isArray(argument) ? (argument as [string, Properties]) : [String(argument), {}];
        return this.#substituted(stack, pattern, values);
      }
      case 'Fn::Select': {
        const [index, list] = argument as [unknown, unknown];
        const resolved = this.resolve(stack, list);
        if (!Array.isArray(resolved)) throw new Unresolvable('Fn::Select from something that is not a list');
        return resolved[Number(this.text(stack, index))];
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return this.text(stack, text).split(separator);
      }
      default:
        throw new Unresolvable(`${name} is not evaluated on one machine`);
    }
  }

  #ref(stack: string, id: string): unknown {
    switch (id) {
      case 'AWS::Region':
        return this.#place.region;
      case 'AWS::AccountId':
        return this.#place.account;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return stack;
      case 'AWS::StackId':
        return `arn:aws:cloudformation:${this.#place.region}:${this.#place.account}:stack/${stack}/local`;
      case 'AWS::NoValue':
        return undefined;
    }
    const parameter = this.#stacks.get(stack)?.Parameters?.[id];
    if (parameter !== undefined) {
      if (parameter.Default === undefined) throw new Unresolvable(`the parameter ${id} has no default`);
      return parameter.Default;
    }
    return this.#identity(stack, id).ref;
  }

  #attribute(stack: string, id: string, attribute: string): string {
    const value = this.#identity(stack, id).attributes[attribute];
    if (value === undefined) throw new Unresolvable(`${id} has no ${attribute} on one machine`);
    return value;
  }

  #identity(stack: string, id: string): Identity {
    const resource = this.#stacks.get(stack)?.Resources?.[id];
    if (resource === undefined) throw new Unresolvable(`${stack} has no resource ${id}`);
    return identityOf(stack, id, resource, this.#place);
  }

  #imported(name: string): unknown {
    for (const [stack, template] of this.#stacks) {
      for (const output of Object.values(template.Outputs ?? {})) {
        if (output.Export !== undefined && this.text(stack, output.Export.Name) === name) {
          return this.resolve(stack, output.Value);
        }
      }
    }
    throw new Unresolvable(`no stack exports ${name}`);
  }

  #substituted(stack: string, pattern: string, values: Properties): string {
    // `${!Literal}` is an escape. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html
    return pattern.replace(/\$\{([^}]+)\}/g, (_, inner: string) => {
      if (inner.startsWith('!')) return `\${${inner.slice(1)}}`;
      if (inner in values) return this.text(stack, values[inner]);
      const [id, ...attribute] = inner.split('.');
      return attribute.length === 0
        ? this.text(stack, { Ref: inner })
        : this.#attribute(stack, id ?? '', attribute.join('.'));
    });
  }
}
