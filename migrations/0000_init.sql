CREATE TABLE `audit_events` (
	`id` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`event` text NOT NULL,
	`level` text NOT NULL,
	`user_id` text,
	`actor` text,
	`session_id` text,
	`ip` text,
	`country` text,
	`user_agent` text,
	`request_id` text NOT NULL,
	`data` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_events_user` ON `audit_events` (`user_id`,`id`) WHERE "audit_events"."user_id" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `known_devices` (
	`user_id` text NOT NULL,
	`device_hash` text NOT NULL,
	`user_agent` text,
	`country` text,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `device_hash`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mailed_tokens` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`purpose` text NOT NULL,
	`data` text,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `mailed_tokens_user` ON `mailed_tokens` (`user_id`,`purpose`);--> statement-breakpoint
CREATE TABLE `merchant_profiles` (
	`user_id` text PRIMARY KEY NOT NULL,
	`state` text NOT NULL,
	`legal_name` text,
	`trading_name` text,
	`country` text,
	`registration_number` text,
	`tax_number` text,
	`address` text,
	`contact_name` text,
	`phone` text,
	`website` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sessions` (
	`user_id` text NOT NULL,
	`id` text NOT NULL,
	`transport` text NOT NULL,
	`secret_hash` text NOT NULL,
	`previous_hash` text,
	`rotation_salt` text,
	`rotated_at` integer,
	`first_factor` text NOT NULL,
	`second_factor` text NOT NULL,
	`auth_time` integer NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ip` text NOT NULL,
	`country` text,
	`user_agent` text,
	PRIMARY KEY(`user_id`, `id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "two_steps" CHECK("sessions"."first_factor" <> "sessions"."second_factor"),
	CONSTRAINT "first_factor_known" CHECK("sessions"."first_factor" IN ('pwd', 'passkey')),
	CONSTRAINT "second_factor_known" CHECK("sessions"."second_factor" IN ('email', 'totp', 'backup', 'passkey', 'user'))
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`username` text,
	`username_key` text,
	`display_name` text,
	`locale` text DEFAULT 'en' NOT NULL,
	`role` text NOT NULL,
	`status` text NOT NULL,
	`password_hash` text NOT NULL,
	`security_epoch` integer DEFAULT 0 NOT NULL,
	`email_verified_at` integer,
	`last_login_at` integer,
	`created_at` integer NOT NULL,
	CONSTRAINT "role_known" CHECK("users"."role" IN ('admin', 'merchant', 'customer')),
	CONSTRAINT "status_known" CHECK("users"."status" IN ('pending', 'active', 'disabled'))
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_key_unique` ON `users` (`email_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_key_unique` ON `users` (`username_key`);