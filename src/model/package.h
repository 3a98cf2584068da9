/* A package: what a cataloger found in a tree of files. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* The purl type of the package, https://github.com/package-url/purl-spec, PURL-TYPES. */
enum package_type { PACKAGE_DEB, PACKAGE_APK, PACKAGE_RPM, PACKAGE_TYPE_COUNT };
const char *package_type_name(enum package_type type);

#define LAYER_NONE UINT32_MAX

struct package {
    enum package_type type;
    struct str name;
    struct str version;        /* as its manager prints it: [epoch:]version[-revision] */
    struct str arch;           /* empty: none */
    struct str source_name;    /* empty: none is known */
    struct str source_version; /* with epoch where the manager keeps it */
    struct str module;         /* rpm: modularity label "name:stream:…", empty: none */
    struct str vendor;
    struct str *licenses; /* as the metadata writes them */
    size_t license_count;
    struct str *paths; /* the files that tell of it, without a leading '/' */
    size_t path_count;
    uint32_t layer;        /* index of the layer that brought it, or LAYER_NONE */
    const char *cataloger; /* name, lives for ever */
    struct str purl;       /* filled when the operating system is known */
    int in_use;            /* 1, 0, or -1: not known */
};

/* type, name, version, first path, arch: the order of reports. */
int package_compare(const struct package *a, const struct package *b);
