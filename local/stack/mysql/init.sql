-- Run once, when the volume is empty: the same users as the native stack has.
CREATE DATABASE IF NOT EXISTS gateway CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE USER IF NOT EXISTS gateway@'%' IDENTIFIED BY 'gateway';
-- `gateway%`: tests make databases of their own beside the gateway's.
GRANT ALL PRIVILEGES ON `gateway%`.* TO gateway@'%';
CREATE USER IF NOT EXISTS debezium@'%' IDENTIFIED BY 'debezium';
GRANT SELECT, RELOAD, SHOW DATABASES, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO debezium@'%';
