/** What anybody may read about Sign in with Slack here. https://slack.com/.well-known/openid-configuration */
import { publicJwk } from './signing-keys.ts';
import type { SlackState } from './state.ts';

/** The documents by their path. Their names are also those that faults are ordered by. */
export const openidDocuments: Readonly<Record<string, (state: SlackState, url: string) => unknown>> = {
  '.well-known/openid-configuration': (_, url) => ({
    issuer: url,
    authorization_endpoint: `${url}/openid/connect/authorize`,
    token_endpoint: `${url}/api/openid.connect.token`,
    userinfo_endpoint: `${url}/api/openid.connect.userInfo`,
    jwks_uri: `${url}/openid/connect/keys`,
    scopes_supported: ['openid', 'profile', 'email'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: ['sub', 'auth_time', 'iss'],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  }),
  'openid/connect/keys': ({ signingKeys }) => ({ keys: signingKeys.published().map(publicJwk) }),
};
