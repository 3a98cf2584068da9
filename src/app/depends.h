/* Which of the packages that are there another one needs: their managers' names become indices. */
#pragma once

#include "model/report.h"

/* Fills package->depends from needs and provides; the report's packages must be in their final
 * order. Of several packages of one name the one is meant that is nearest: of the needing one's
 * architecture, then in the same folder or the next one above, as package managers look for it.
 * What is not there is passed over. */
void depends_resolve(struct report *report);
