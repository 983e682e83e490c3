CREATE TABLE `admin_appointments` (
	`user_id` text PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `admin_appointments` SELECT `id` FROM `users` WHERE `role` = 'admin';
--> statement-breakpoint
CREATE TRIGGER `users_admin_made` AFTER INSERT ON `users` WHEN NEW.role = 'admin'
BEGIN INSERT OR IGNORE INTO `admin_appointments` VALUES (NEW.id); END;
--> statement-breakpoint
CREATE TRIGGER `users_admin_appointed` AFTER UPDATE OF `role` ON `users` WHEN NEW.role = 'admin'
BEGIN INSERT OR IGNORE INTO `admin_appointments` VALUES (NEW.id); END;
--> statement-breakpoint
CREATE TABLE `user_words` (
	`word` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`word`, `user_id`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `user_words_user` ON `user_words` (`user_id`,`word`);--> statement-breakpoint
CREATE TRIGGER `users_name_changed` AFTER UPDATE OF `display_name` ON `users`
WHEN NEW.display_name IS NOT OLD.display_name
BEGIN DELETE FROM user_words WHERE user_id = OLD.id; END;
--> statement-breakpoint
ALTER TABLE `audit_events` ADD `text` text;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `text_hash` text;--> statement-breakpoint
ALTER TABLE `pending_acts` ADD `role` text;--> statement-breakpoint
ALTER TABLE `pending_acts` ADD `user_status` text;--> statement-breakpoint
ALTER TABLE `pending_acts` ADD `user_epoch` integer;--> statement-breakpoint
ALTER TABLE `pending_acts` ADD `user_email_key` text;--> statement-breakpoint
ALTER TABLE `pending_acts` ADD `asker_epoch` integer;--> statement-breakpoint
DROP INDEX `pending_acts_user`;--> statement-breakpoint
CREATE INDEX `pending_acts_user` ON `pending_acts` (`user_id`,`state`,`due_at`);--> statement-breakpoint
CREATE INDEX `pending_acts_invite_admin` ON `pending_acts` (`due_at`) WHERE kind = 'invite_admin' AND state = 'waiting';--> statement-breakpoint
CREATE INDEX `mailed_tokens_invite` ON `mailed_tokens` (`user_id`) WHERE purpose = 'invite';--> statement-breakpoint
CREATE INDEX `users_domain` ON `users` (substr(email_key, instr(email_key, '@') + 1),`created_at`,`id`);
--> statement-breakpoint
DROP TRIGGER `audit_events_unchanged`;
--> statement-breakpoint
CREATE TRIGGER `audit_events_unchanged` BEFORE UPDATE ON `audit_events`
WHEN NOT (NEW.id IS OLD.id AND NEW.at IS OLD.at AND NEW.event IS OLD.event AND NEW.level IS OLD.level
	AND NEW.user_id IS OLD.user_id AND NEW.actor IS OLD.actor AND NEW.session_id IS OLD.session_id
	AND NEW.request_id IS OLD.request_id AND NEW.data IS OLD.data AND NEW.personal IS OLD.personal
	AND NEW.text_hash IS OLD.text_hash AND NEW.text IS OLD.text
	AND NEW.ip IS NULL AND NEW.country IS NULL AND NEW.user_agent IS NULL AND NEW.salt IS NULL)
BEGIN SELECT RAISE(ABORT, 'audit events are not changed'); END;