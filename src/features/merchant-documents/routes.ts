import { Hono } from 'hono'
import * as z from 'zod'
import { may } from '../../identity/credentials/guards'
import { documentEntry } from '../../identity/merchant-profile/document-entry'
import { documentTypes } from '../../identity/merchant-profile/file-types'
import { openDocument } from '../../identity/merchant-profile/open-document'
import { sendDocument } from '../../identity/merchant-profile/send-document'
import { upload } from '../../platform/body/upload'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { merchantDocumentDocs } from './docs'
import { deleteDocument } from './documents'
import { storeDocument } from './store-document'

const MAX_BYTES = 10 * 1024 * 1024

const file = { 200: { description: 'The file', schema: z.string(), type: '*/*' } }

/** The documents of a merchant's own application. */
export const merchantDocumentRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/merchants/me/documents',
    may('merchant_profile'),
    rateLimit('uploads'),
    upload(documentTypes, MAX_BYTES),
    describe({
      tag: 'Merchants',
      summary: 'Add a document',
      description: merchantDocumentDocs.add,
      answers: { 201: { description: 'It is stored', schema: documentEntry } },
      problems: ['document_rejected', 'merchant_state', 'too_many_documents'],
    }),
    async (c) => {
      const { deps, session } = c.var
      return c.json(await storeDocument(deps, session, c.req.valid('header'), c.req.raw.body), 201)
    },
  )

  .get(
    '/api/merchants/me/documents/:id',
    may('merchant_profile'),
    describe({
      tag: 'Merchants',
      summary: 'Read an own document',
      answers: file,
      problems: ['not_found'],
    }),
    async (c) => {
      const userId = c.var.session.user.id
      const id = c.req.param('id')
      return sendDocument(c, await openDocument(c.var.deps, c.var.session, { userId, id }))
    },
  )

  .delete(
    '/api/merchants/me/documents/:id',
    may('merchant_profile'),
    rateLimit('merchant'),
    describe({
      tag: 'Merchants',
      summary: 'Delete an own document',
      description: 'Of a draft, or when changes were requested.',
      answers: { 204: { description: 'It is gone', schema: null } },
      problems: ['not_found', 'merchant_state'],
    }),
    async (c) => {
      await deleteDocument(c.var.deps, c.var.session, c.req.param('id'))
      return c.body(null, 204)
    },
  )
