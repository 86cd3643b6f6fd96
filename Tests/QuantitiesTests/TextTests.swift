import Quantities
import Testing

@Suite("Quantities as text")
struct TextTests {
    @Test(
        "Numbers keep three significant digits",
        arguments: [(0.0, "0"), (0.001234, "0.00123"), (1.5, "1.50"), (45.67, "45.7"), (1234.5, "1234")])
    func numbers(value: Double, text: String) {
        #expect(Human.number(value) == text)
    }

    @Test(
        "A value in a sentence has fixed decimals, in a table three digits",
        arguments: [
            (Metric.latency, 4.2, "4.200 ms", "4.20 ms"), (.latency, 0.05, "0.0500 ms", "50.0 µs"),
            (.accuracy, 0.987, "0.9870", "98.70 %"), (.peakRAM, 524_288, "512.0 KiB", "512 KiB"),
            (.energy, 12.34, "12.3 mJ", "12.3 mJ"), (.macs, 12_500_000, "12.50 M", "12.5 M"),
        ] as [(Metric, Double, String, String)])
    func texts(metric: Metric, value: Double, sentence: String, table: String) {
        #expect(metric.text(value) == sentence)
        #expect(metric.shown(value) == table)
    }

    @Test(
        "Bytes are read with binary suffixes, whole numbers only without",
        arguments: [
            ("4096", 4096), ("1_000", 1000), ("64KiB", 65_536), ("1.5 MiB", 1_572_864), ("2GiB", 1 << 31),
            ("12B", 12), ("0.5", nil), ("-1", nil), ("2MB", nil), ("", nil), ("inf", nil), ("1e300", nil),
        ] as [(String, Int?)])
    func bytes(text: String, count: Int?) {
        #expect(Unit.byteCount(parsing: text) == count)
    }

    @Test(
        "Times are read in seconds, minutes and hours",
        arguments: [("90", 90), ("90s", 90), ("10m", 600), ("2h", 7200), ("250ms", 0.25), ("5min", nil)]
            as [(String, Double?)])
    func seconds(text: String, value: Double?) {
        #expect(Unit.seconds.value(parsing: text) == value)
    }
}

@Suite("Printable text")
struct PrintableTests {
    @Test(
        "Control characters become escapes, all else stays",
        arguments: [
            ("µs – 4.2 \"x\" ✓", "µs – 4.2 \"x\" ✓"), ("a\nb\r\tc", "a\\nb\\r\\tc"),
            ("\u{1b}[2J", "\\u{1b}[2J"), ("\u{7f}\u{9b}", "\\u{7f}\\u{9b}"), ("a\u{202e}b", "a\\u{202e}b"),
            ("\r\n", "\\r\\n"),
        ])
    func escapes(text: String, printable: String) {
        #expect(text.printable == printable)
    }

    @Test("Text of several lines keeps its line feeds")
    func keepsLines() {
        #expect("a\nb\u{7}\n".printableLines == "a\nb\\u{7}\n")
    }

    @Test("What is no time is a dash", arguments: [Double.nan, .infinity, 1e300, -5])
    func durations(seconds: Double) {
        #expect(Human.duration(seconds) == "–")
    }
}
