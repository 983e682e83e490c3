CREATE TABLE `sign_ups` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`username` text,
	`locale` text NOT NULL,
	`role` text NOT NULL,
	`password_hash` text NOT NULL,
	`merchant` text,
	`ip` text NOT NULL,
	`country` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `sign_ups_email` ON `sign_ups` (`email_key`,`created_at`);--> statement-breakpoint
ALTER TABLE `users` ADD `recovered_epoch` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `recovered_device` text;