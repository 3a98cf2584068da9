/* What is dangerous to give to a container, however it is started. */
#pragma once

#include "base/str.h"

/* ---- folders of the host ---- */

/* The socket of a container engine: who has it is root on the host. */
bool check_is_engine_socket(struct str path);
/* Folders with which a container can take over the host: "/", "/etc", "/proc" ... */
bool check_is_system_path(struct str path);
/* "./data", "~/x", "/srv": a place of the host, and no name of a volume. */
bool check_is_host_path(struct str source);

/* ---- capabilities ---- */

/* With or without "CAP_", letters' case is all one: one with which the host can be taken over. */
bool check_is_dangerous_capability(struct str name);

/* ---- images ---- */

/* Neither tag nor digest, or the tag "latest". False for what is not known and for "scratch". */
bool check_is_floating_image(struct str image);
/* No digest. */
bool check_is_image_by_tag(struct str image);

/* ---- secrets ---- */

/* A variable whose name ("DB_PASSWORD", "dbPassword") says that it is a secret, and a value that
 * stands there to be read. */
bool check_is_secret(struct str name, struct str value);
/* "NAME=VALUE". */
bool check_is_secret_assignment(struct str assignment, struct str *ret_name);

/* ---- ports ---- */

/* Of databases, caches, consoles and engines, that nobody outside should reach. */
bool check_is_internal_port(struct str port);
