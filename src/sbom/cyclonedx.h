/* CycloneDX (ECMA-424), 1.4 to 1.7: the parts of a document in the shape that its JSON has. */
#pragma once

#include "sbom/json.h"

/* "1.6" and so on: told in the report; PL_E_UNSUPPORTED for what is older than 1.2 or 2.0. */
int cyclonedx_version(struct sbom_builder *builder, struct str version, const char *syntax,
                      struct pl_err *err);
void cyclonedx_metadata(struct sbom_builder *builder, const json_t *metadata);
/* With the components inside. */
void cyclonedx_component(struct sbom_builder *builder, const json_t *component);
void cyclonedx_dependency(struct sbom_builder *builder, const json_t *dependency);
