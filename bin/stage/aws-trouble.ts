/** What AWS's refusals mean to whoever runs a command: what happened and what to do, for the kinds that people meet. Pure. */

type Trouble = { readonly says: string; readonly remedy: string };

/** An error of a call to AWS in words. What it is not known by name is told by its name; its text may hold what was sent. */
export function awsTrouble(error: unknown): Trouble {
  const name = error instanceof Error ? error.name : 'Error';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  for (const { names, ...trouble } of known) if (names.test(name) || names.test(code)) return trouble;
  return {
    says: `AWS did not answer as it should (${name})`,
    remedy: 'Try again; status.aws.amazon.com says whether AWS is well.',
  };
}

const known: readonly (Trouble & { readonly names: RegExp })[] = [
  {
    names: /^(CredentialsProviderError|NoCredentials)$/,
    says: 'there are no AWS credentials here',
    remedy: 'Sign in first: `aws sso login`, or set AWS_PROFILE to a profile that may deploy.',
  },
  {
    names: /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired|SSOTokenProviderFailure)$/,
    says: 'the AWS credentials have expired',
    remedy: 'Sign in again: `aws sso login`, or take new ones.',
  },
  {
    names:
      /^(InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure)$/,
    says: 'AWS does not know these credentials',
    remedy:
      'Check AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret: they are of no account, or the clock here is wrong.',
  },
  {
    names: /^(AccessDenied|AccessDeniedException|AuthorizationError|UnauthorizedException|NotAuthorized)$/,
    says: 'AWS does not let you do this',
    remedy: 'Use credentials with the rights that docs/operations.md lists for an operator.',
  },
  {
    names: /^(ThrottlingException|Throttling|TooManyRequestsException|RequestLimitExceeded|LimitExceededException)$/,
    says: 'AWS asked to slow down',
    remedy: 'Try again in a minute.',
  },
  {
    names: /^(ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|TimeoutError|NetworkingError)$/,
    says: 'AWS cannot be reached from here',
    remedy: 'Check the network and a proxy between, and whether the region of the stage file exists.',
  },
];
