/* A baseline: the findings of an older report. Tags, versions, paths and layers of a rebuilt image
 * change, so a finding is known by its kind, one of its names, and its package's type and name; one
 * without a package by its path. The name of the image does not count: who gives a baseline says
 * what it is for. */
#pragma once

#include "decide/internal.h"

bool baseline_has(const struct decisions *decisions, const struct report *report,
                  const struct finding *finding);
