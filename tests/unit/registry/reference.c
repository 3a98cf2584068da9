#include "registry/reference.h"

#include "unit/test.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
    const char *text, *whole, *familiar; /* whole NULL: it is none */
} cases[] = {
    {"nginx", "docker.io/library/nginx:latest", "nginx:latest"},
    {"nginx:1.27", "docker.io/library/nginx:1.27", "nginx:1.27"},
    {"library/nginx", "docker.io/library/nginx:latest", "nginx:latest"},
    {"org/app", "docker.io/org/app:latest", "org/app:latest"},
    {"docker.io/nginx", "docker.io/library/nginx:latest", "nginx:latest"},
    {"index.docker.io/org/app:1", "docker.io/org/app:1", "org/app:1"},
    {"localhost/app", "localhost/app:latest", "localhost/app:latest"},
    {"localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest"},
    {"registry.example/a/b/c:x_Y.z-1", "registry.example/a/b/c:x_Y.z-1",
     "registry.example/a/b/c:x_Y.z-1"},
    {"REGISTRY/app", "REGISTRY/app:latest", "REGISTRY/app:latest"},
    {"a:5000", "docker.io/library/a:5000", "a:5000"},
    {"a:5000/b", "a:5000/b:latest", "a:5000/b:latest"},
    {"[::1]:5000/app:1", "[::1]:5000/app:1", "[::1]:5000/app:1"},
    {"[2001:db8::1]/app", "[2001:db8::1]/app:latest", "[2001:db8::1]/app:latest"},
    {"10.0.0.1/app", "10.0.0.1/app:latest", "10.0.0.1/app:latest"},
    {"app@sha256:" HEX, "docker.io/library/app@sha256:" HEX, "app@sha256:" HEX},
    {"r.example/app:1@sha256:" HEX, "r.example/app:1@sha256:" HEX, "r.example/app:1@sha256:" HEX},
    {"library/org/app", "docker.io/library/org/app:latest", "library/org/app:latest"},
    {"docker.io/r.example/app", "docker.io/r.example/app:latest", "docker.io/r.example/app:latest"},
    {"a__b", "docker.io/library/a__b:latest", "a__b:latest"},
    {"a.b", "docker.io/library/a.b:latest", "a.b:latest"},
    {"a---b", "docker.io/library/a---b:latest", "a---b:latest"},
    {"app:_x", "docker.io/library/app:_x", "app:_x"},
    {HEX "0", "docker.io/library/" HEX "0:latest", HEX "0:latest"},
    {"", NULL, NULL},
    {"App", NULL, NULL},
    {"org/App", NULL, NULL},
    {"a___b", NULL, NULL},
    {"a..b", NULL, NULL},
    {"-a", NULL, NULL},
    {"a-", NULL, NULL},
    {"a/", NULL, NULL},
    {"/a", NULL, NULL},
    {"a//b", NULL, NULL},
    {"app:", NULL, NULL},
    {"app:-x", NULL, NULL},
    {"app:a b", NULL, NULL},
    {"app@", NULL, NULL},
    {"app@sha256:12", NULL, NULL},
    {"app@md5:" HEX, NULL, NULL},
    {HEX, NULL, NULL},
    {"r.example:99999/app", NULL, NULL},
    {"r.example:/app", NULL, NULL},
    {"[::1/app", NULL, NULL},
    {"[::g]/app", NULL, NULL},
    {"-r.example/app", NULL, NULL},
    {"https://r.example/app", NULL, NULL},
    {"app\n", NULL, NULL},
};

static void parsing(void)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct reference reference;
        struct pl_err err;
        int r = reference_parse(str_of(cases[i].text), &arena, &reference, &err);
        if (!cases[i].whole) {
            if (r != -PL_E_USAGE)
                FAIL("\"%s\" was taken", cases[i].text);
        } else if (r < 0) {
            FAIL("%s", err.message);
        } else {
            CHECK_STR(reference_text(&arena, &reference), cases[i].whole);
            CHECK_STR(reference_familiar(&arena, &reference), cases[i].familiar);
        }
        arena_free(&arena);
    }
}

static void long_names(void)
{
    char text[400];
    struct arena arena = {0};
    struct reference reference;
    struct pl_err err;
    memset(text, 'a', sizeof(text));
    text[255 - STR("docker.io/library/").len] = '\0';
    CHECK_INT(reference_parse(str_of(text), &arena, &reference, &err), 0);
    text[255 - STR("docker.io/library/").len] = 'a';
    text[256 - STR("docker.io/library/").len] = '\0';
    CHECK_INT(reference_parse(str_of(text), &arena, &reference, &err), -PL_E_USAGE);
    memset(text, 'a', sizeof(text));
    memcpy(text, "app:", 4);
    text[4 + 128] = '\0';
    CHECK_INT(reference_parse(str_of(text), &arena, &reference, &err), 0);
    text[4 + 128] = 'a';
    text[4 + 129] = '\0';
    CHECK_INT(reference_parse(str_of(text), &arena, &reference, &err), -PL_E_USAGE);
    arena_free(&arena);
}

static void registries(void)
{
    static const struct {
        const char *text, *host, *prefix;
    } known[] = {
        {"registry.example", "registry.example", ""},
        {"localhost:5000", "localhost:5000", ""},
        {"localhost:5000/", "localhost:5000", ""},
        {"registry.example/team/app", "registry.example", "team/app"},
        {"index.docker.io/org", "docker.io", "org"},
        {"team/app", NULL, NULL},
        {"registry.example/Team", NULL, NULL},
        {"https://registry.example", NULL, NULL},
        {"", NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        struct arena arena = {0};
        struct str host = STR_NONE, prefix = STR_NONE;
        struct pl_err err;
        int r = reference_parse_registry(str_of(known[i].text), &arena, &host, &prefix, &err);
        CHECK_INT(r, known[i].host ? 0 : -PL_E_USAGE);
        if (r == 0 && known[i].host) {
            CHECK_STR(host, known[i].host);
            CHECK_STR(prefix, known[i].prefix);
        }
        arena_free(&arena);
    }
}

int main(void)
{
    RUN(parsing);
    RUN(long_names);
    RUN(registries);
    return test_end();
}
