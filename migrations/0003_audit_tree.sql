CREATE TABLE `audit_heads` (
	`size` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`jws` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `audit_keys` (
	`user_id` text PRIMARY KEY NOT NULL,
	`sealed_key` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `audit_segments` (
	`first` integer PRIMARY KEY NOT NULL,
	`since` integer NOT NULL,
	`until` integer NOT NULL,
	`sha256` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `audit_tiles` (
	`level` integer NOT NULL,
	`number` integer NOT NULL,
	`hashes` text NOT NULL,
	PRIMARY KEY(`level`, `number`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `job_runs` (
	`job` text PRIMARY KEY NOT NULL,
	`started_at` integer NOT NULL,
	`succeeded_at` integer,
	`failed_at` integer,
	`duration` integer,
	`counts` text,
	`alarmed_at` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `audit_events` ADD `salt` text;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `personal` text;--> statement-breakpoint
CREATE INDEX `audit_events_actor` ON `audit_events` (`actor`,`id`) WHERE actor IS NOT NULL AND actor IS NOT user_id AND actor <> 'system';--> statement-breakpoint
CREATE TRIGGER `audit_events_numbered` BEFORE INSERT ON `audit_events`
-- REPLACE deletes the row in its way and asks no trigger. What leaves its number to the database is -1 here.
WHEN NEW.id > 0
BEGIN SELECT RAISE(ABORT, 'audit events get their number from the database'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_events_unchanged` BEFORE UPDATE ON `audit_events`
WHEN NOT (NEW.id IS OLD.id AND NEW.at IS OLD.at AND NEW.event IS OLD.event AND NEW.level IS OLD.level
	AND NEW.user_id IS OLD.user_id AND NEW.actor IS OLD.actor AND NEW.session_id IS OLD.session_id
	AND NEW.request_id IS OLD.request_id AND NEW.data IS OLD.data AND NEW.personal IS OLD.personal
	AND NEW.ip IS NULL AND NEW.country IS NULL AND NEW.user_agent IS NULL AND NEW.salt IS NULL)
BEGIN SELECT RAISE(ABORT, 'audit events are not changed'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_events_kept` BEFORE DELETE ON `audit_events`
WHEN NOT EXISTS (SELECT 1 FROM `audit_segments` WHERE `first` = OLD.id - (OLD.id - 1) % 4096)
BEGIN SELECT RAISE(ABORT, 'audit events are not deleted before they are archived'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_heads_forward` BEFORE INSERT ON `audit_heads`
WHEN EXISTS (SELECT 1 FROM `audit_heads` WHERE size >= NEW.size)
	OR (SELECT `at` FROM `audit_heads` ORDER BY size DESC LIMIT 1) > NEW.at
BEGIN SELECT RAISE(ABORT, 'tree heads only go forward'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_heads_unchanged` BEFORE UPDATE ON `audit_heads`
BEGIN SELECT RAISE(ABORT, 'tree heads are not changed'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_heads_kept` BEFORE DELETE ON `audit_heads`
WHEN (SELECT `at` / 3600000 FROM `audit_heads` WHERE size > OLD.size ORDER BY size LIMIT 1)
	IS NOT OLD.at / 3600000
BEGIN SELECT RAISE(ABORT, 'the last tree head of an hour is kept'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_segments_once` BEFORE INSERT ON `audit_segments`
WHEN EXISTS (SELECT 1 FROM `audit_segments` WHERE `first` = NEW.first)
BEGIN SELECT RAISE(IGNORE); END;
--> statement-breakpoint
CREATE TRIGGER `audit_segments_unchanged` BEFORE UPDATE ON `audit_segments`
BEGIN SELECT RAISE(ABORT, 'archived segments are not changed'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_segments_kept` BEFORE DELETE ON `audit_segments`
BEGIN SELECT RAISE(ABORT, 'archived segments are not deleted'); END;
