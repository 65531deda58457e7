-- Read at each start, before the first connection: every statement may be repeated.
CREATE DATABASE IF NOT EXISTS gateway CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE USER IF NOT EXISTS gateway@'%' IDENTIFIED BY 'gateway';
CREATE USER IF NOT EXISTS gateway@localhost IDENTIFIED BY 'gateway';
-- `gateway%`: tests make databases of their own beside the gateway's.
GRANT ALL PRIVILEGES ON `gateway%`.* TO gateway@'%';
GRANT ALL PRIVILEGES ON `gateway%`.* TO gateway@localhost;
CREATE USER IF NOT EXISTS debezium@'%' IDENTIFIED BY 'debezium';
GRANT SELECT, RELOAD, SHOW DATABASES, LOCK TABLES, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO debezium@'%';
