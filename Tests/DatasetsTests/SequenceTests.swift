import Datasets
import Foundation
import Quantities
import Testing

@Suite("Windows over tables")
struct SequenceTests {
    /// Four machines of 96 rows each, whose class changes every `run` rows.
    private func signals(run: Int, isShuffled: Bool = false) -> String {
        let rows = (0..<384).map { row -> String in
            let (machine, place) = (row / 96, row % 96)
            return
                "m\(machine),\(place * 10),\(row * 37 % 101).5,\((place / run + machine) % 2 == 0 ? "idle" : "busy")"
        }
        let order = (0..<384).map { isShuffled ? $0 * 101 % 384 : $0 }
        return "unit,second,load,state\n" + order.map { rows[$0] }.joined(separator: "\n") + "\n"
    }

    @Test("`init` cuts signals whose classes come in runs into windows, and divides them by group")
    func guessesWindows() throws {
        try withFolder(["a.csv": Array(signals(run: 24).utf8)]) { folder in
            let guess = try DatasetGuess("\(folder)/a.csv")
            #expect(guess.keys.map(\.name) == ["target", "group", "time", "window"])
            let table = guess.request.table
            #expect(table.group == "unit" && table.time == "second")
            #expect(table.window == SlidingWindow(length: 16, stride: 2, label: .majority))
            #expect(try Dataset(guess.request).sampleShape == [16, 1, 1])
        }
        let single = signals(run: 24).split(separator: "\n")
        let parts = (0..<4).map {
            ([single[0]] + single[(1 + 96 * $0)..<(97 + 96 * $0)]).joined(separator: "\n")
        }
        try withFolder(
            Dictionary(
                uniqueKeysWithValues: parts.enumerated().map { ("\($0).csv", Array(($1 + "\n").utf8)) })
        ) { folder in
            let guess = try DatasetGuess(folder)
            #expect(guess.request.table.window?.length == 16 && guess.request.table.group == nil)
        }
    }

    @Test("Rows whose classes change as often as in any order are samples of their own")
    func leavesRows() throws {
        for text in [signals(run: 1), signals(run: 24, isShuffled: true)] {
            try withFolder(["a.csv": Array(text.utf8)]) { folder in
                let guess = try DatasetGuess("\(folder)/a.csv")
                #expect(guess.request.table.window == nil)
            }
        }
    }

    /// Machines that are recorded at once, one row a minute, in any order of rows.
    private func dated(isShuffled: Bool) -> String {
        let rows = (0..<400).map { row -> String in
            let (machine, minute) = (row % 4, row / 4)
            let date = "2024-03-01 \(9 + minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60)"
            return
                "\(date),m\(machine),\(row * 37 % 101).5,\((minute / 25 + machine) % 2 == 0 ? "idle" : "busy")"
        }
        let order = (0..<400).map { isShuffled ? $0 * 101 % 400 : $0 }
        return "taken,unit,load,state\n" + order.map { rows[$0] }.joined(separator: "\n") + "\n"
    }

    @Test("`init` finds signals in dated rows of any order, and windows follow the dates")
    func ordersDates() throws {
        var samples: [[[Float]]] = []
        for isShuffled in [false, true] {
            try withFolder(["a.csv": Array(dated(isShuffled: isShuffled).utf8)]) { folder in
                let guess = try DatasetGuess("\(folder)/a.csv")
                #expect(guess.keys.map(\.name) == ["target", "group", "time", "window"])
                #expect(guess.request.table.group == "unit" && guess.request.table.time == "taken")
                let dataset = try Dataset(guess.request)
                samples.append(
                    (0..<dataset.count).map { dataset.sample($0) }.sorted { $0.lexicographicallyPrecedes($1) }
                )
                // Nine o'clock stands before ten, though its text does not.
                #expect(dataset.remarks.count == (isShuffled ? 1 : 0))
                var unordered = guess.request
                unordered.table.time = nil
                unordered.table.ignored = ["taken"]
                let remarks = try Dataset(unordered).remarks
                #expect(remarks.contains { $0.hasSuffix("say time: 'taken'") } == isShuffled)
            }
        }
        #expect(samples[0] == samples[1])
    }

    @Test("A window that no group fills is refused with the groups' lengths")
    func refusesLongWindows() throws {
        #expect { try load(SlidingWindow(length: 7)) } throws: {
            "\($0)".contains(
                "a window of 7 rows is longer than every one of 3 groups, which have 2 to 6 rows; say a length of at most 6"
            )
        }
        #expect {
            try load(SlidingWindow(length: 20)) {
                $0.group = nil; $0.ignored = ["machine"]
            }
        } throws: {
            "\($0)".contains("a window of 20 rows is longer than the 14 rows there are")
        }
        #expect(try load(SlidingWindow(length: 6, label: .any)).count == 3)
    }

    /// Rows of machine, hour, value, state; machines a and b have 6 rows, c has 2.
    private static let table =
        "machine,hour,value,state\n"
        + [("a", 6), ("b", 6), ("c", 2)].flatMap { name, rows in
            (0..<rows).map { "\(name),\($0),\(name == "a" ? $0 : 10 + $0),\($0 == 3 ? "bad" : "fine")\n" }
        }.joined()

    private func load(
        _ window: SlidingWindow, _ change: (inout TabularOptions) -> Void = { _ in }
    ) throws -> Dataset {
        var options = TabularOptions()
        (options.target, options.group, options.time) = ("state", "machine", "hour")
        options.window = window
        change(&options)
        return try withFolder(["a.csv": Array(SequenceTests.table.utf8)]) {
            try Dataset(DatasetRequest(source: .csv, path: "\($0)/a.csv", table: options))
        }
    }

    @Test("A window is a run of one group's rows; a short group begins with copies of its first row")
    func cutsWindows() throws {
        let dataset = try load(SlidingWindow(length: 3))
        #expect(dataset.sampleShape == [3, 1, 1] && dataset.count == 4 + 4 + 1)
        let values = Set((0..<dataset.count).map { dataset.sample($0) })
        #expect(
            values.contains([0, 1, 2]) && values.contains([13, 14, 15]) && values.contains([10, 10, 11]))
        #expect(!values.contains([4, 5, 10]))
    }

    @Test(
        "The label is the last row's, the most frequent or any unusual one",
        arguments: [(SlidingWindow.Label.last, 2), (.any, 6), (.majority, 0)])
    func labelsWindows(_ label: SlidingWindow.Label, _ bad: Int) throws {
        guard label != .majority else {
            #expect(throws: DatasetError.self) { try load(SlidingWindow(length: 3, label: label)) }
            return
        }
        let dataset = try load(SlidingWindow(length: 3, label: label))
        #expect(dataset.labels.count { dataset.classNames[Int($0)] == "bad" } == bad)
    }

    @Test("Strides count back from the last row")
    func stridesEndAtTheEnd() throws {
        let dataset = try load(SlidingWindow(length: 3, stride: 2)) {
            $0.task = .anomaly; $0.normal = "fine"
        }
        #expect((0..<dataset.count).contains { dataset.sample($0) == [3, 4, 5] })
        #expect(dataset.count == 2 + 2 + 1)
    }

    @Test("Windows of one machine never fall into two parts")
    func machinesStayWhole() throws {
        let rows = (0..<8).flatMap { machine in (0..<20).map { "m\(machine),\($0),\($0 % 2)\n" } }
        let text = "machine,value,state\n" + rows.joined()
        var options = TabularOptions()
        (options.group, options.window) = ("machine", SlidingWindow(length: 4))
        let dataset = try withFolder(["a.csv": Array(text.utf8)]) {
            try Dataset(DatasetRequest(source: .csv, path: "\($0)/a.csv", table: options))
        }
        let split = try DataSplit(dataset, SplitRules(seed: 3))
        let parts = [split.train, split.validation, split.test].map { Set($0.map { dataset.groups[$0] }) }
        #expect(parts[0].isDisjoint(with: parts[1]) && parts[0].isDisjoint(with: parts[2]))
        #expect(parts[1].isDisjoint(with: parts[2]))
    }

    @Test("By time no window of train shows a row of validation or test")
    func timePartsShareNoRows() throws {
        let text = "value,state\n" + (0..<100).map { "\($0),\($0 % 2)\n" }.joined()
        var options = TabularOptions()
        options.window = SlidingWindow(length: 5)
        let dataset = try withFolder(["a.csv": Array(text.utf8)]) {
            try Dataset(DatasetRequest(source: .csv, path: "\($0)/a.csv", table: options))
        }
        let split = try DataSplit(dataset, SplitRules(seed: 3))
        func rows(_ part: [Int]) -> Set<Float> { Set(part.flatMap { dataset.sample($0) }) }
        #expect(rows(split.train).isDisjoint(with: rows(split.validation)))
        #expect(rows(split.validation).isDisjoint(with: rows(split.test)) && rows(split.test).contains(99))
    }

    @Test("Behind the first rows of each group stands the test part")
    func testsBehindFirstRows() throws {
        let dataset = try load(SlidingWindow(length: 2)) {
            $0.task = .anomaly; $0.normal = "fine"
        }
        let split = try DataSplit(
            dataset, SplitRules(validation: .fraction(0.2), test: .after(4)))
        #expect(split.test.count == 4 && split.test.allSatisfy { dataset.places[$0] >= 4 })
    }

    @Test(
        "No window of train or validation shows a row that the test part behind the first rows shows",
        arguments: [SplitRules.Basis.sample, .group, .time])
    func partsBehindFirstRowsShareNone(basis: SplitRules.Basis) throws {
        let text =
            "machine,value,state\n"
            + (0..<200).map { "\($0 / 40),\($0),\($0 % 3 == 0 ? "bad" : "fine")\n" }.joined()
        var options = TabularOptions()
        (options.target, options.group, options.window) = ("state", "machine", SlidingWindow(length: 6))
        let dataset = try withFolder(["a.csv": Array(text.utf8)]) {
            try Dataset(DatasetRequest(source: .csv, path: "\($0)/a.csv", table: options))
        }
        let split = try DataSplit(
            dataset, SplitRules(validation: .fraction(0.2), test: .after(30), basis: basis, seed: 3))
        func rows(_ part: [Int]) -> Set<Float> { Set(part.flatMap { dataset.sample($0) }) }
        // The last windows of each machine end at its rows 30 to 39; the first of them shows row 25.
        #expect(split.test.count == 50 && rows(split.test).count == 5 * 15)
        #expect(rows(split.test).isDisjoint(with: rows(split.validation).union(rows(split.train))))
        #expect(rows(split.validation).isDisjoint(with: rows(split.train)))
    }

    @Test("A window shows rows of one file, whatever parts have files of their own")
    func filesShareNoWindow() throws {
        func table(_ from: Int) -> [UInt8] {
            Array(("value,state\n" + (from..<from + 40).map { "\($0),\($0 % 2)\n" }.joined()).utf8)
        }
        try withFolder(["a.csv": table(0), "b.csv": table(100), "c.csv": table(200)]) { folder in
            var options = TabularOptions()
            options.window = SlidingWindow(length: 5)
            var request = DatasetRequest(source: .csv, path: "\(folder)/a.csv", table: options)
            request.testPath = "\(folder)/c.csv"
            for (validation, counts) in [("b.csv", [36, 36, 36]), (nil, [21, 11, 36])] {
                request.validationPath = validation.map { "\(folder)/\($0)" }
                let dataset = try Dataset(request)
                let split = try DataSplit(dataset, SplitRules(validation: nil, test: nil))
                let parts = [split.train, split.validation, split.test]
                #expect(parts.map(\.count) == counts)
                for index in parts.joined() {
                    let values = dataset.sample(index)
                    #expect(values[4] == values[0] + 4)
                }
            }
        }
    }

    @Test("Remaining life counts down to the end of a run; the test part has one sample a run")
    func countsDown() throws {
        let train = (1...2).flatMap { unit in (1...5).map { "\(unit) \($0) 0.\($0)  \n" } }.joined()
        let test = (1...2).flatMap { unit in (1...3).map { "\(unit) \($0) 0.\($0)\n" } }.joined()
        try withFolder([
            "train.txt": Array(train.utf8), "test.txt": Array(test.utf8), "life.txt": Array("7 \n1 \n".utf8),
        ]) { folder in
            var options = TabularOptions()
            options.task = .regression
            options.format = CSVFormat(separator: .space, header: .absent)
            (options.group, options.time) = ("column1", "column2")
            options.window = SlidingWindow(length: 2)
            options.remainingLife = RemainingLife(atMost: 3, testFile: "\(folder)/life.txt")
            var request = DatasetRequest(source: .csv, path: "\(folder)/train.txt", table: options)
            request.testPath = "\(folder)/test.txt"
            let dataset = try Dataset(request)
            guard case .values(let lives) = dataset.target else {
                Issue.record("expected numbers")
                return
            }
            #expect(dataset.officialTest == 8..<10 && lives == [3, 3, 2, 2, 1, 1, 0, 0, 3, 1])
            #expect(dataset.sample(8) == [0.2, 0.3])
        }
    }

    @Test(
        "The turbofan's runs are read with their official test units",
        .enabled(if: isPresent("predictive-maintenance")))
    func readsTurbofan() throws {
        func path(_ name: String) -> String {
            dataFolder.appending(path: "predictive-maintenance/\(name)").path
        }
        var options = TabularOptions()
        options.task = .regression
        options.format = CSVFormat(separator: .space, header: .absent)
        (options.group, options.time) = ("column1", "column2")
        options.window = SlidingWindow(length: 30)
        options.remainingLife = RemainingLife(atMost: 125, testFile: path("RUL_FD001.txt"))
        var request = DatasetRequest(source: .csv, path: path("train_FD001.txt"), table: options)
        request.testPath = path("test_FD001.txt")
        let dataset = try Dataset(request)
        #expect(dataset.officialTest?.count == 100 && dataset.sampleShape == [30, 1, 24])
        #expect(dataset.count == 20_631 - 100 * 29 + 100)
        let split = try DataSplit(dataset, SplitRules(test: nil, basis: .group))
        #expect(split.test.count == 100)
    }
}
