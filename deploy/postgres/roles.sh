#!/bin/sh
# Runs once, on an empty database folder: the same two roles that the embedded server has.
set -eu
psql -v ON_ERROR_STOP=1 -v owner="$DATABASE_OWNER_PASSWORD" -v app="$DATABASE_APP_PASSWORD" -U postgres <<'SQL'
CREATE ROLE anlin_owner LOGIN PASSWORD :'owner';
CREATE ROLE anlin_app LOGIN PASSWORD :'app';
CREATE DATABASE anlin OWNER anlin_owner;
REVOKE ALL ON DATABASE anlin FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE anlin TO anlin_app;
\connect anlin
CREATE EXTENSION vector;
ALTER SCHEMA public OWNER TO anlin_owner;
GRANT USAGE ON SCHEMA public TO anlin_app;
SQL
