/* SPDX 3.0 as JSON-LD. */
#pragma once

#include "report/bom.h"

void spdx3_write(struct out *out, const struct report *report);
