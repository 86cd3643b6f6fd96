import Quantities
import Testing

@Suite("Names that are nearly right")
struct NearestTests {
    @Test(
        "A slip is recognised, another word is not",
        arguments: [
            ("serch", "search"), ("searhc", "search"), ("fornt", "front"),
            ("raspbery-pi-4", "raspberry-pi-4"),
            ("calib", "calibrate"), ("unrelated", nil), ("x", nil), ("", nil),
        ] as [(String, String?)])
    func nearest(word: String, name: String?) {
        let names = ["search", "front", "select", "raspberry-pi-4", "raspberry-pi-5", "calibrate"]
        #expect(word.nearest(among: names) == name)
        #expect(word.nearest(among: []) == nil)
    }
}
