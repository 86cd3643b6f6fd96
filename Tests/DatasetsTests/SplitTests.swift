import Datasets
import Testing

@Suite("Dividing a data set")
struct SplitTests {
    private func digits() throws -> Dataset { try Dataset(DatasetRequest(source: .digits)) }

    @Test(
        "Every sample falls into exactly one part, whatever the basis", arguments: SplitRules.Basis.allCases)
    func partsAreDisjoint(_ basis: SplitRules.Basis) throws {
        var digits = try digits()
        digits.groups = (0..<digits.count).map { Int32($0 % 20) }
        digits.groupNames = (0..<20).map { "g\($0)" }
        let split = try DataSplit(digits, SplitRules(basis: basis, seed: 7))
        #expect((split.train + split.validation + split.test).sorted() == Array(0..<digits.count))
        #expect(Set(split.slice).isSubset(of: Set(split.train)) && !split.slice.isEmpty)
        #expect((260...280).contains(split.test.count) && (260...280).contains(split.validation.count))
    }

    @Test("Random parts hold each class in its proportion")
    func partsAreStratified() throws {
        let digits = try digits()
        let split = try DataSplit(digits, SplitRules(seed: 3))
        for part in [split.test, split.validation] {
            for digit in 0..<10 {
                let count = part.count { digits.labels[$0] == Int32(digit) }
                #expect((Double(count) - 0.15 * Double(digits.classCounts[digit])).magnitude < 1.5)
            }
        }
    }

    @Test("The seed decides, and nothing else")
    func splitFollowsSeed() throws {
        let digits = try digits()
        let split = try DataSplit(digits, SplitRules(seed: 3))
        #expect(try DataSplit(digits, SplitRules(seed: 3)) == split)
        #expect(try DataSplit(digits, SplitRules(seed: 4)) != split)
    }

    @Test("A group falls into one part whole")
    func groupsStayTogether() throws {
        var digits = try digits()
        digits.groups = (0..<digits.count).map { Int32($0 % 13) }
        digits.groupNames = (0..<13).map { "g\($0)" }
        let split = try DataSplit(digits, SplitRules(basis: .group, seed: 1))
        let parts = [split.train, split.validation, split.test].map { Set($0.map { digits.groups[$0] }) }
        #expect(parts[0].isDisjoint(with: parts[1]) && parts[0].isDisjoint(with: parts[2]))
        #expect(parts[1].isDisjoint(with: parts[2]))
    }

    @Test("By time, what is tested lies behind what is learned from")
    func timeOrderHolds() throws {
        let split = try DataSplit(try digits(), SplitRules(basis: .time))
        #expect(try #require(split.train.max()) < #require(split.validation.min()))
        #expect(try #require(split.validation.max()) < #require(split.test.min()))
    }

    @Test("Small classes keep a sample to train on")
    func rareClassesAreTrained() throws {
        let labels = (0..<40).map { Int32($0 / 2) } + [Int32](repeating: 20, count: 60)
        let dataset = Dataset(
            name: "rare", sampleShape: [1, 1, 1], storage: .bytes([UInt8](repeating: 0, count: 100)),
            target: .classes(labels, names: (0...20).map(String.init)))
        let split = try DataSplit(
            dataset, SplitRules(validation: .fraction(0.2), test: .fraction(0.2), seed: 1))
        #expect(Set(split.train.map { labels[$0] }).count == 21)
    }

    @Test("Three groups make three parts, two make none", arguments: [2, 3])
    func smallestGroups(_ count: Int) throws {
        var digits = try digits()
        digits.groups = (0..<digits.count).map { Int32($0 % count) }
        digits.groupNames = (0..<count).map { "g\($0)" }
        let rules = SplitRules(basis: .group, seed: 1)
        guard count > 2 else {
            #expect { try DataSplit(digits, rules) } throws: {
                "\($0)".contains("2 groups cannot be divided")
            }
            return
        }
        let split = try DataSplit(digits, rules)
        for part in [split.train, split.validation, split.test] {
            #expect(Set(part.map { digits.groups[$0] }).count == 1)
        }
    }

    static let impossible: [(SplitRules, String)] = [
        (SplitRules(test: .official), "digits: has no official test part"),
        (SplitRules(test: .pattern("*.wav")), "test: its samples have no names"),
        (SplitRules(test: .fraction(0)), "test must be between 0 and 1, got 0.0"),
        (SplitRules(validation: .fraction(1.5)), "validation must be between 0 and 1"),
        (SplitRules(validation: .fraction(0.6), test: .fraction(0.6)), "asks for 1078 of 719 samples"),
        (SplitRules(basis: .group), "its samples have no groups"),
    ]

    @Test("An impossible split is refused", arguments: impossible)
    func refusesImpossibleSplit(_ rules: SplitRules, _ message: String) throws {
        let digits = try digits()
        #expect { try DataSplit(digits, rules) } throws: { "\($0)".contains(message) }
    }

    @Test(
        "A pattern fits as in a shell",
        arguments: [
            ("*_[0-4].wav", "0_george_4.wav", true), ("*_[0-4].wav", "0_george_14.wav", false),
            ("*_[0-4]_*.wav", "7_3_x.wav", true), ("?.wav", "a.wav", true), ("?.wav", "ab.wav", false),
            ("[!a]*", "abc", false), ("[!a]*", "bc", true), ("*", "", true), ("", "a", false),
            ("a*b*c", "aXXbYYc", true), ("a*b*c", "aXXcYYb", false),
        ])
    func matchesPatterns(_ pattern: String, _ name: String, _ fits: Bool) throws {
        #expect(try #require(Glob(pattern)).matches(name) == fits)
    }

    @Test("A pattern with an open set is none")
    func refusesOpenSet() {
        #expect(Glob("a[0-4") == nil && Glob("[]") == nil)
    }

    @Test("A long pattern of stars takes no long time")
    func starsAreHarmless() throws {
        let pattern = try #require(Glob(String(repeating: "*a", count: 200) + "b"))
        #expect(!pattern.matches(String(repeating: "a", count: 2000)))
    }
}
