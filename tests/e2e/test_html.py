"""The HTML report in Chromium: what it shows, that it sorts, filters, searches and prints, and that it asks for nothing."""
import json
import os
import re
import shutil
import tempfile
import unittest

import report_samples
import support
from browser import browse


class Case(unittest.TestCase):
    packages, each, hostile = 6, 5, False

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.database = report_samples.database(cls.folder, cls.packages, cls.each, hostile=cls.hostile)
        cls.image = report_samples.image(cls.folder, cls.packages)
        cls.page = cls.write("page.html")
        cls.json = json.loads(support.plimsoll("scan", "--db", cls.database, "--format", "json", cls.image).stdout)

    @classmethod
    def write(cls, name, *words):
        path = os.path.join(cls.folder, name)
        done = support.plimsoll("scan", "--db", cls.database, "--format", "html=" + path, *words, cls.image)
        assert done.returncode in (0, 1, 5), done.stderr
        return path

    def browse(self, body, page=None):
        result, said, asked = browse(page or self.page, body)
        self.assertEqual(said, [])
        self.assertEqual([address for address in asked if address != "file://" + (page or self.page)], [])
        return result


class Page(Case):
    def test_head_and_counts(self):
        for seen in (self.read(True), self.read(False)):
            self.assertEqual(seen["title"], "registry.example/team/shop:1.4")
            self.assertEqual(seen["lang"], "en")
            counts = self.json["summary"]["by_severity"]
            self.assertEqual(seen["cards"], [str(counts[name]) for name in ("critical", "high", "medium", "low", "unknown",
                                                                            "negligible")] + [str(self.json["summary"]["fixable"])])
            self.assertEqual(seen["rows"], len(self.json["findings"]))
            self.assertIn("What to do first", seen["first"])
            self.assertNotIn("首先", seen["first"])
            self.assertEqual(seen["charts"], 4)
            self.assertTrue(all(width > 50 for width in seen["sizes"]), seen["sizes"])

    def read(self, script):
        """What stands in the page; without JavaScript the page is read from outside."""
        return self.browse("""
            const page = await open({ javaScriptEnabled: %s });
            const texts = (selector) => page.locator(selector).allInnerTexts();
            return { title: (await texts("h1"))[0], lang: await page.getAttribute("html", "lang"),
              cards: (await texts(".card")).map((text) => text.trim().split(/\\s+/)[0]), first: (await texts(".first"))[0],
              rows: await page.locator("#findings tbody tr").count(), charts: await page.locator(".charts figure").count(),
              sizes: await Promise.all((await page.locator(".charts figure > svg, .ring svg, .bars svg").all()).map(async (svg) =>
                (await svg.boundingBox()).width)) };""" % ("true" if script else "false"))

    def test_the_first_action_is_the_exploited_one(self):
        first = self.browse('const page = await open(); return page.locator(".first li").first().innerText();')
        kev = {item["installed"] and self.json["packages"][item["package"]]["name"] for item in self.json["findings"]
               if item["kev"] and item["fixed"]}
        if kev:
            self.assertTrue(any(name in first for name in kev), first)
        self.assertIn("→", first)

    def test_sort(self):
        result = self.browse("""
            const page = await open(), seen = {};
            const cells = (n) => page.locator(`#panel-findings tbody tr.row td:nth-child(${n})`).allInnerTexts();
            await page.click("[data-column=risk] button"); seen.risk = await cells(2);
            seen.down = await page.getAttribute("[data-column=risk]", "aria-sort");
            await page.click("[data-column=risk] button"); seen.back = await cells(2);
            seen.up = await page.getAttribute("[data-column=risk]", "aria-sort");
            await page.click("[data-column=id] button"); seen.id = await cells(3);
            await page.click("[data-column=severity] button"); seen.severity = await cells(1);
            seen.marked = await page.locator("th[aria-sort]").count();
            return seen;""")
        risks = [int(text) for text in result["risk"]]
        self.assertEqual(risks, sorted(risks, reverse=True))
        self.assertEqual([int(text) for text in result["back"]], sorted(risks))
        self.assertEqual((result["down"], result["up"], result["marked"]), ("descending", "ascending", 1))
        ids = [int(re.search(r"CVE-2024-(\d+)", text).group(1)) for text in result["id"]]
        self.assertEqual(ids, sorted(ids))
        order = ["critical", "high", "medium", "low", "unknown", "negligible"]
        ranks = [order.index(text) for text in result["severity"]]
        self.assertEqual(ranks, sorted(ranks))

    def test_filters_and_search(self):
        result = self.browse("""
            const page = await open(), seen = {};
            const rows = () => page.locator("#panel-findings tbody tr.row").count();
            await page.click(".chips [data-severity='5']"); seen.critical = await rows();
            seen.pressed = await page.getAttribute(".chips [data-severity='5']", "aria-pressed");
            await page.click(".chips [data-severity='5']"); seen.all = await rows();
            await page.selectOption("select[name=fix]", "yes"); seen.fix = await rows();
            await page.selectOption("select[name=fix]", "no"); seen.none = await rows();
            await page.selectOption("select[name=fix]", "");
            await page.selectOption("select[name=type]", { label: "deb" }); seen.deb = await rows();
            await page.selectOption("select[name=type]", "");
            await page.check("input[name=kev]"); seen.kev = await rows(); await page.uncheck("input[name=kev]");
            await page.keyboard.press("Escape"); await page.locator("h1").click(); await page.evaluate(() => document.activeElement.blur());
            await page.keyboard.press("/"); await page.keyboard.type("Package-3 cve-2024");
            await page.waitForFunction(() => document.querySelectorAll("#panel-findings tbody tr.row").length < 10);
            seen.search = await rows(); seen.count = await page.innerText("#panel-findings .count");
            await page.fill("#search", "nothing like this");
            await page.waitForFunction(() => !document.querySelector("#panel-findings tbody tr.row"));
            seen.empty = await page.innerText("#panel-findings .count");
            await page.click(".controls button:not([data-severity])"); seen.reset = await rows();
            return seen;""")
        findings = self.json["findings"]
        self.assertEqual(result["critical"], sum(item["severity"] == "critical" for item in findings))
        self.assertEqual(result["pressed"], "true")
        self.assertEqual(result["all"], len(findings))
        self.assertEqual(result["fix"], sum(item["fixed"] is not None for item in findings))
        self.assertEqual(result["none"], sum(item["fixed"] is None for item in findings))
        self.assertEqual(result["deb"], 3)
        self.assertEqual(result["kev"], sum(item["kev"] is not None for item in findings))
        self.assertEqual(result["search"], 5)
        self.assertEqual(result["count"], f"5 of {len(findings)}")
        self.assertEqual(result["empty"], "Nothing matches.")
        self.assertEqual(result["reset"], len(findings))

    def test_details_by_mouse_and_keyboard(self):
        opened, text, links, closed, packages = self.browse("""
            const page = await open();
            await page.fill("#search", "package-2"); await page.waitForFunction(() => document.querySelectorAll("tr.row").length === 5);
            await page.locator("tr.row .open").first().focus(); await page.keyboard.press("Enter");
            const opened = await page.locator("tr.row .open").first().getAttribute("aria-expanded");
            const text = await page.innerText("tr.detail"), links = await page.locator("tr.detail a").evaluateAll((all) => all.map((a) => a.href));
            await page.locator("tr.row td").first().click();
            const closed = await page.locator("tr.detail").count();
            await page.locator("#tab-findings").focus(); await page.keyboard.press("ArrowRight");
            return [opened, text, links, closed, await page.locator("#panel-packages tbody tr.row").count()];""")
        self.assertEqual((opened, closed), ("true", 0))
        for words in ("CVSS:3.1/AV:", "EPSS: ", "srv/shop/package-lock.json", "pkg:npm/package-2@1.0.0", "CWE-787", "osv: "):
            self.assertIn(words, text)
        self.assertTrue(any(link.startswith("https://nvd.nist.gov/vuln/detail/CVE-2024-") for link in links), links)
        self.assertTrue(any(link.startswith("https://github.com/advisories/GHSA-") for link in links), links)
        self.assertEqual(packages, len(self.json["packages"]))

    def test_both_languages(self):
        chinese = self.write("chinese.html", "--lang", "zh")
        body = """const page = await open(); const before = await page.innerText("body");
            await page.click("#languages button[lang=%s]");
            return [await page.getAttribute("html", "lang"), before, await page.innerText("body")];"""
        lang, english, after = self.browse(body % "zh")
        self.assertEqual(lang, "zh")
        self.assertNotRegex(english.replace("中文", ""), "[一-鿿]")
        for words in ("首先要做的事", "严重程度", "有修复版本", "搜索："):
            self.assertIn(words, after)
        self.assertNotIn("What to do first", after)
        lang, before, after = self.browse(body % "en", chinese)
        self.assertEqual(lang, "en")
        self.assertIn("首先要做的事", before)
        self.assertIn("What to do first", after)

    def test_paper(self):
        pdf = os.path.join(self.folder, "page.pdf")
        shown = self.browse("""
            const page = await open({ colorScheme: "dark" }); await page.pdf({ path: %s, format: "A4" });
            await page.emulateMedia({ media: "print" });
            return page.evaluate(() => ({ controls: getComputedStyle(document.querySelector(".controls")).display,
              head: getComputedStyle(document.querySelector("#findings thead")).display,
              ink: getComputedStyle(document.body).color, paper: getComputedStyle(document.body).backgroundColor,
              rows: document.querySelectorAll("#panel-findings tr.row").length }));""" % json.dumps(pdf))
        self.assertEqual(shown, {"controls": "none", "head": "table-header-group", "ink": "rgb(0, 0, 0)",
                                 "paper": "rgb(255, 255, 255)", "rows": len(self.json["findings"])})
        self.assertGreater(os.path.getsize(pdf), 10000)

    def test_phone(self):
        wide = self.browse("""const page = await open({ viewport: { width: 360, height: 800 } });
            return page.evaluate(() => [document.documentElement.scrollWidth, getComputedStyle(document.querySelector("tr.row")).display]);""")
        self.assertEqual(wide, [360, "block"])

    def test_verdict_and_incomplete(self):
        failed = self.write("failed.html", "--fail-on", "high")
        text = self.browse('const page = await open(); return page.locator(".banner.failed").allInnerTexts();', failed)
        self.assertEqual(len(text), 1)
        self.assertIn("Failed", text[0])
        broken = support.docker_archive(os.path.join(self.folder, "broken.tar"), [support.layer(
            [*support.debian(bash="1"), {"path": "srv/package-lock.json", "text": "{"}])])
        path = os.path.join(self.folder, "broken.html")
        done = support.plimsoll("scan", "--db", self.database, "--format", "html=" + path, broken)
        self.assertEqual(done.returncode, 5, done.stderr)
        place, text = self.browse("""const page = await open(); const banner = page.locator(".banner.incomplete");
            return [(await banner.boundingBox()).y < (await page.locator(".cards").boundingBox()).y, await banner.innerText()];""", path)
        self.assertIs(place, True)
        self.assertIn("srv/package-lock.json", text)


class Hostile(Case):
    packages, each, hostile = 7, 3, True

    def test_nothing_breaks_out(self):
        with open(self.page, encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text.count("<script"), 2)
        self.assertEqual(text.count("</script>"), 2)
        self.assertNotRegex(text, "[\u202a-\u202e\u2066-\u2069\u2028\u2029\u200e\u200f\x00-\x09\x0b-\x1f]")
        elements, titles = self.browse("""
            const page = await open();
            for (const row of await page.locator("tr.row .open").all()) await row.click();
            return page.evaluate(() => [document.querySelectorAll("img, iframe, object, #findings script").length,
              [...document.querySelectorAll("tr.row td:last-child")].map((cell) => cell.textContent)]);""")
        self.assertEqual(elements, 0)
        self.assertIn("</script><script>alert(1)</script>", titles)
        self.assertIn("<img src=x onerror=alert(2)>", titles)

    def test_the_policy_lets_nothing_else_run(self):
        with open(self.page, encoding="utf-8") as file:
            policy = re.search('http-equiv="Content-Security-Policy" content="([^"]+)"', file.read()).group(1)
        self.assertRegex(policy, r"^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; ")
        result, said, _ = browse(self.page, """const page = await open();
            return page.evaluate(() => { const made = document.createElement("script"); made.textContent = "window.ran = 1";
              document.body.append(made); return window.ran || 0; });""")
        self.assertEqual(result, 0)
        self.assertEqual(len(said), 1)


class Many(Case):
    packages, each = 100, 50

    def test_5000_findings_are_fluent(self):
        times = self.browse("""
            const start = Date.now(), page = await open(); await page.waitForSelector("html[data-ready]");
            const ready = Date.now() - start;
            return page.evaluate((ready) => {
              const times = { ready };
              const time = (name, act) => { const from = performance.now(); act(); document.body.offsetHeight; times[name] = performance.now() - from; };
              time("filter", () => document.querySelector(".chips button").click());
              time("sort", () => document.querySelector("[data-column=title] button").click());
              time("back", () => document.querySelector(".chips button").click());
              times.rows = document.querySelectorAll("#panel-findings tr.row").length;
              return times;
            }, ready);""")
        self.assertLess(times["ready"], 10000)
        for name in ("filter", "sort", "back"):
            self.assertLess(times[name], 1000, times)
        self.assertLess(times["rows"], 1000)

    def test_scrolling_brings_the_rest(self):
        rows, total = self.browse("""
            const page = await open(), count = () => page.locator("#panel-findings tr.row").count(), before = await count();
            for (let i = 0; i < 400 && await page.locator(".more:visible").count(); i++) await page.locator(".more:visible").click();
            return [before, await count()];""")
        self.assertLess(rows, 1000)
        self.assertEqual(total, len(self.json["findings"]))


if __name__ == "__main__":
    unittest.main()
