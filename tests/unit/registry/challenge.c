#include "registry/challenge.h"

#include "unit/test.h"

static void headers(void)
{
    static const struct {
        const char *text;
        bool bearer, basic;
        const char *realm, *service;
    } cases[] = {
        {"Basic realm=\"r\"", false, true, "", ""},
        {"basic", false, true, "", ""},
        {"Bearer realm=\"https://a.example/token\",service=\"s\",scope=\"repository:x:pull\"", true,
         false, "https://a.example/token", "s"},
        {"Bearer realm=https://a,  service = x", true, false, "https", ""},
        {"bearer Realm=\"a \\\"b\\\" c\" , SERVICE=\"s\"", true, false, "a \"b\" c", "s"},
        {"Basic realm=\"r\", Bearer realm=\"t\", service=\"u\"", true, true, "t", "u"},
        {"Bearer realm=\"t\", Basic realm=\"r\"", true, true, "t", ""},
        {"Negotiate", false, false, "", ""},
        {"", false, false, "", ""},
        {"\"", false, false, "", ""},
        {"Bearer realm=\"never closed", true, false, "never closed", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena = {0};
        struct challenge challenge = {0};
        challenge_parse(str_of(cases[i].text), &arena, &challenge);
        if (challenge.bearer != cases[i].bearer || challenge.basic != cases[i].basic)
            FAIL("%s", cases[i].text);
        CHECK_STR(challenge.realm, cases[i].realm);
        CHECK_STR(challenge.service, cases[i].service);
        arena_free(&arena);
    }
}

int main(void)
{
    RUN(headers);
    return test_end();
}
