import type { z } from 'zod'
import type { Templates } from './template'

/**
 * The mails that there are. This folder knows none: src/mails.ts adds the property `mails` here, so
 * that the compiler checks what callers queue although nothing here imports a mail.
 *
 * @public since `declare module` adds to nothing but an export.
 */
export interface Register {}

type Registered = Register extends { mails: infer Mails extends Templates } ? Mails : Templates

export type TemplateName = keyof Registered

/** What the mail of that name needs to know. */
export type TemplateData<Name extends TemplateName> = z.input<Registered[Name]['data']>
