/* Variables that hold a secret, by their names. */
#pragma once

#include "base/str.h"

/* "DB_PASSWORD", "github-token", "API_KEY_PROD": the last word that means something is that of a
 * secret. */
bool check_secret_name(struct str name);
/* False for what is a switch, a number or the place of a file, and for nothing. */
bool check_secret_value(struct str value);
