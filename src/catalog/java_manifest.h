/* The small texts that tell what a jar is: META-INF/MANIFEST.MF and Maven's pom.properties. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

enum { JAR_LICENSES_MAX = 8 };

/* Of the main section; empty: not there. */
struct jar_manifest {
    struct str symbolic_name; /* Bundle-SymbolicName, without its directives */
    struct str bundle_version, bundle_license;
    struct str module_name;               /* Automatic-Module-Name */
    struct str title, version, vendor_id; /* Implementation-… */
    struct str specification_title, specification_version;
    struct str short_name, plugin_version, group_id; /* of Jenkins plugins */
};
/* Continued lines are joined; everything that is kept is copied into the arena. */
void jar_manifest_read(struct str text, struct arena *arena, struct jar_manifest *ret);
/* Names or addresses out of Bundle-License; returns how many. */
size_t jar_manifest_licenses(const struct jar_manifest *manifest,
                             struct str ret_licenses[JAR_LICENSES_MAX]);

struct jar_coordinates {
    struct str group, artifact, version;
};
/* pom.properties; views of the text. */
void jar_properties_read(struct str text, struct jar_coordinates *ret);
