/* Licences of packages: what their metadata say becomes SPDX expressions where it is understood;
 * where they say nothing that is, the texts that came with the packages speak. */
#pragma once

#include "app/collect.h"

/* `sbom`: the licences come out of a bill of materials, where a list means that all of them hold,
 * whatever lists mean in the package's own ecosystem. */
void licenses_normalize(struct report *report, bool sbom);
/* Behind licenses_normalize(): what the texts are that came with packages whose metadata say
 * nothing that is understood. */
void licenses_from_texts(struct report *report, const struct collection *collection);
