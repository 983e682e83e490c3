CREATE TABLE `session_epoch` (
	`id` integer PRIMARY KEY NOT NULL,
	`epoch` integer NOT NULL,
	CONSTRAINT "one_row" CHECK("session_epoch"."id" = 1)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `session_epoch` (`id`, `epoch`) VALUES (1, 0);
--> statement-breakpoint
ALTER TABLE `sessions` ADD `epoch` integer DEFAULT 0 NOT NULL;
