import { paragraph } from '../../platform/http/facets'

export const rpcDocs = {
  introspect: paragraph(
    'RFC 7662, with a JSON body, for services that cannot wait out the five minutes of a token',
    'they verify themselves. With the API key of an admin that has the scope `tokens:introspect`.',
    'A token that is not good, whatever the reason, is `{"active":false}`.',
  ),
}
