CREATE INDEX `audit_keys_key` ON `audit_keys` (substr(sealed_key, 1, instr(sealed_key, '.') - 1));--> statement-breakpoint
CREATE INDEX `totp_authenticators_key` ON `totp_authenticators` (substr(sealed_seed, 1, instr(sealed_seed, '.') - 1));--> statement-breakpoint
CREATE INDEX `audit_heads_at` ON `audit_heads` (`at`);--> statement-breakpoint
DROP INDEX `mailed_tokens_invite`;--> statement-breakpoint
CREATE INDEX `mailed_tokens_invited_by` ON `mailed_tokens` (json_extract(data, '$.by')) WHERE purpose = 'invite';