CREATE TABLE `mail_status` (
	`id` integer PRIMARY KEY NOT NULL,
	`level` text DEFAULT 'ok' NOT NULL,
	`level_day` integer,
	`pause_reason` text,
	`paused_until` integer,
	`since` integer,
	`reply_code` integer,
	`enhanced_code` text,
	`version` integer DEFAULT 0 NOT NULL,
	CONSTRAINT "mail_status_one" CHECK(id = 1),
	CONSTRAINT "mail_status_level" CHECK(level IN ('ok', 'low', 'out'))
) STRICT, WITHOUT ROWID;
