CREATE TABLE `waiting_mails` (
	`created_at` integer NOT NULL,
	`id` text NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`created_at`, `id`)
) STRICT, WITHOUT ROWID;
