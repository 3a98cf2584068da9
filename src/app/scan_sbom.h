/* The use case "scan" for a bill of materials in the place of an image. */
#pragma once

#include "model/report.h"

/* Whether the target is one: "sbom:FILE", or a file that begins like one. */
bool scan_is_sbom(struct str target);
/* Fills target and packages of a zeroed report. */
int scan_sbom(struct str target, struct report *report, struct pl_err *err);
/* What a report that was read from a bill of materials needs beside: names (`name` where it tells
 * none), end of life, licences. */
void scan_sbom_complete(struct report *report, struct str name);
