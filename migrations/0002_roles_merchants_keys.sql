CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`secret_hash` text NOT NULL,
	`previous_hash` text,
	`previous_until` integer,
	`scopes` text NOT NULL,
	`allowed_ips` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	`last_used_at` integer,
	`last_used_ip` text,
	`last_used_country` text,
	`reminded_days` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `api_keys_user` ON `api_keys` (`user_id`);--> statement-breakpoint
CREATE INDEX `api_keys_expiry` ON `api_keys` (`expires_at`);--> statement-breakpoint
CREATE TABLE `bootstrap_uses` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`used_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `merchant_documents` (
	`user_id` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`bytes` integer,
	`sha256` text,
	`object_key` text NOT NULL,
	`created_at` integer NOT NULL,
	`stored_at` integer,
	PRIMARY KEY(`user_id`, `id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `merchant_documents_unfinished` ON `merchant_documents` (`created_at`) WHERE "merchant_documents"."stored_at" IS NULL;--> statement-breakpoint
CREATE TABLE `merchant_reviews` (
	`user_id` text NOT NULL,
	`version` integer NOT NULL,
	`from_state` text NOT NULL,
	`to_state` text NOT NULL,
	`actor` text NOT NULL,
	`reason` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `version`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `pending_acts` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`user_id` text NOT NULL,
	`requested_by` text NOT NULL,
	`reason` text NOT NULL,
	`created_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`state` text NOT NULL,
	`decided_by` text,
	`decided_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `pending_acts_user` ON `pending_acts` (`user_id`);--> statement-breakpoint
CREATE INDEX `pending_acts_due` ON `pending_acts` (`state`,`due_at`);--> statement-breakpoint
ALTER TABLE `merchant_profiles` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `merchant_profiles` ADD `submitted_at` integer;--> statement-breakpoint
ALTER TABLE `merchant_profiles` ADD `registration_check` text;--> statement-breakpoint
ALTER TABLE `merchant_profiles` ADD `tax_check` text;--> statement-breakpoint
CREATE INDEX `merchant_profiles_state` ON `merchant_profiles` (`state`,`updated_at`,`user_id`);--> statement-breakpoint
CREATE INDEX `merchant_profiles_number` ON `merchant_profiles` (`country`,`registration_number`);--> statement-breakpoint
CREATE INDEX `users_created` ON `users` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `users_role` ON `users` (`role`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `users_status` ON `users` (`status`,`created_at`,`id`);
