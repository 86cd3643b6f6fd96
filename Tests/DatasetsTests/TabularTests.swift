import Datasets
import Foundation
import Quantities
import Testing

@Suite("Tables as data sets")
struct TabularTests {
    private func load(_ text: String, _ options: TabularOptions = TabularOptions()) throws -> Dataset {
        try withFolder(["a.csv": Array(text.utf8)]) { folder in
            try Dataset(DatasetRequest(source: .csv, path: "\(folder)/a.csv", table: options))
        }
    }

    private func values(_ dataset: Dataset, _ sample: Int) -> [Float] {
        var values = [Float](repeating: 0, count: dataset.sampleSize)
        var span = values.mutableSpan
        dataset.copySample(sample, to: &span)
        return values
    }

    @Test("Numbers are features, texts one feature for each text, the last column the class")
    func readsColumns() throws {
        let dataset = try load("a,kind,class\n1,x,no\n2,y,yes\n3,x,yes\n")
        #expect(dataset.sampleShape == [1, 1, 3] && dataset.classNames == ["no", "yes"])
        #expect(dataset.labels == [0, 1, 1])
        #expect(values(dataset, 0) == [1, 1, 0] && values(dataset, 1) == [2, 0, 1])
    }

    @Test("Of columns with many missing numbers a second feature says where they are missing")
    func flagsMissing() throws {
        var options = TabularOptions()
        (options.format.missing, options.flagsMissing) = (["?"], true)
        let rows = (0..<40).map { row -> String in
            let a = row % 4 == 3 ? "?" : String(row)
            return [a, row == 7 ? "?" : "5", row % 2 == 0 ? "x" : "y"].joined(separator: ",")
        }
        let text = "a,b,class\n" + rows.joined(separator: "\n") + "\n"
        let dataset = try load(text, options)
        // One of 40 is not many.
        #expect(dataset.featureNames == ["a", "a missing", "b"])
        #expect(values(dataset, 12) == [12, 0, 5] && values(dataset, 15)[1] == 1)
        #expect(values(dataset, 7)[2] == 5)
        options.flagsMissing = false
        #expect(try load(text, options).featureNames == ["a", "b"])
        try withFolder(["a.csv": Array(text.utf8)]) { folder in
            let guess = try DatasetGuess("\(folder)/a.csv")
            #expect(guess.keys.map(\.name) == ["missing", "target", "missing_flags"])
            #expect(guess.request.table.flagsMissing)
        }
    }

    @Test(
        "`init` flags missing cells where targets differ with them, or where rows are many",
        arguments: [(200, true, true), (200, false, false), (2000, false, true)])
    func flagsWhatTells(_ rows: Int, _ tells: Bool, _ isFlagged: Bool) throws {
        // Every fifth cell of three columns is missing; rows alternate between classes in runs of five or of ten.
        let lines = (0..<rows).map { row -> String in
            let cells = (0..<3).map { row % 5 == $0 ? "" : String((row * 37 + $0) % 101) }
            let isFirst = tells ? row % 5 == 0 || row % 10 == 3 : row % 10 < 5
            return (cells + [isFirst ? "x" : "y"]).joined(separator: ",")
        }
        let text = "a,b,c,class\n" + lines.joined(separator: "\n") + "\n"
        try withFolder(["a.csv": Array(text.utf8)]) { folder in
            let guess = try DatasetGuess("\(folder)/a.csv")
            #expect(guess.request.table.flagsMissing == isFlagged)
        }
    }

    @Test("Numbers to predict that are larger where a cell is missing flag it", arguments: [true, false])
    func flagsWhatTellsOfNumbers(_ tells: Bool) throws {
        // Two columns, so that there are fewer than a hundred rows for each.
        let lines = (0..<150).map { row in
            [
                row % 7 == 0 ? "" : String(row), row % 5 == 0 ? "" : String(row % 17),
                "\(row % 13 + (tells && row % 5 == 0 ? 9 : 0)).5",
            ].joined(separator: ",")
        }
        let text = "a,b,y\n" + lines.joined(separator: "\n") + "\n"
        try withFolder(["a.csv": Array(text.utf8)]) { folder in
            let guess = try DatasetGuess("\(folder)/a.csv")
            #expect(guess.request.table.flagsMissing == tells)
        }
    }

    @Test("Neighbours explain numbers that follow from the values, and nothing of numbers that do not")
    func neighboursExplain() throws {
        func explained(_ number: (Int) -> Int) throws -> Double {
            var options = TabularOptions()
            options.task = .regression
            let rows = (0..<300).map { "\($0 * 37 % 300),\(number($0))" }
            return try #require(
                load("a,y\n" + rows.joined(separator: "\n") + "\n", options).varianceExplainedByNeighbours)
        }
        #expect(try explained { $0 * 37 % 300 * 2 } > 0.99)
        // Alternates between neighbours: the mean of the nearest is wrong for both.
        #expect(try explained { $0 * 37 % 300 % 2 } < 0.1)
        #expect(try load("a,c\n1,x\n2,y\n").varianceExplainedByNeighbours == nil)
    }

    /// Days since 2000 as Python's `datetime` counts them, the place in the year, weekdays from Monday, hours.
    static let dates: [(String, Float, Float, Float, Float?)] = [
        ("2000-01-01", 0, 0, 5, nil), ("2024-02-29", 8825, 0.1620, 3, nil),
        ("1999/12/31", -1, 0.9973, 4, nil),
        ("2024-12-31 18:30", 9131.77, 0.0019, 1, 18.5), ("2024-12-31T6:00:00.0Z", 9131.25, 0.0005, 1, 6),
    ]

    @Test(
        "A date is its day, its place in the year and in the week, and its hour where there are times",
        arguments: dates)
    func readsDates(_ text: String, _ day: Float, _ ofYear: Float, _ weekday: Float, _ hour: Float?) throws {
        var options = TabularOptions()
        options.format.missing = ["NA"]
        let dataset = try load("when,class\n\(text),a\nNA,b\n", options)
        let names = ["day", "of year", "weekday"] + (hour == nil ? [] : ["hour"])
        #expect(dataset.featureNames == names.map { "when \($0)" })
        for (value, expected) in zip(values(dataset, 0), [day, ofYear, weekday] + [hour].compactMap(\.self)) {
            #expect((value - expected).magnitude < 0.01, "\(text)")
        }
        // A missing date is the middle one, at midnight.
        #expect(values(dataset, 1)[0] == day.rounded(.down))
    }

    @Test(
        "What is not all dates is texts",
        arguments: ["2024-13-01", "2024-01-32", "2024-01/02", "2024-01-02x", "2024-01-02 25:00"])
    func refusesDates(_ text: String) throws {
        #expect(try load("when,class\n2024-01-01,a\n\(text),b\n").sampleSize == 2)
        var options = TabularOptions()
        options.categorical = ["when"]
        #expect(try load("when,class\n2024-01-01,a\n2024-01-02,b\n", options).sampleSize == 2)
    }

    /// Of the same days, as written by others.
    static let orders = [
        ["31/12/2024", "1/2/2024", "05/03/2024"], ["31.12.2024 00:00", "01.02.2024 0:00", "5.3.2024"],
        ["12-31-2024", "02-01-2024", "3-5-2024"],
    ]

    @Test(
        "Dates with the day or the month first are those with the year first, where one order is possible",
        arguments: orders)
    func readsOtherOrders(_ dates: [String]) throws {
        func table(_ dates: [String]) -> String {
            "when,class\n" + zip(dates, ["a", "b", "a"]).map { "\($0),\($1)\n" }.joined()
        }
        let plain = try load(table(["2024-12-31", "2024-02-01", "2024-03-05"]))
        let dataset = try load(table(dates))
        #expect(dataset.featureNames == plain.featureNames)
        #expect((0..<3).allSatisfy { values(dataset, $0) == values(plain, $0) })
        // Without the thirty-first, days and months could be each other; points stand behind days.
        let rest = try load(table([dates[1], dates[1], dates[2]]))
        #expect(rest.featureNames.contains("when day") == dates[0].contains("."))
    }

    @Test("Many dates whose day and month could be each other are refused with a cure")
    func refusesAmbiguousDates() {
        let rows = (0..<144).map { "\($0 / 12 + 1)/\($0 % 12 + 1)/2024,\($0 % 2)\n" }
        #expect { try load("when,class\n" + rows.joined()) } throws: {
            "\($0)".contains("day and month could be each other: write them as 2024-01-31")
        }
    }

    @Test("Rows are ordered by dates with the day first")
    func ordersByOtherDates() throws {
        var options = TabularOptions()
        options.time = "when"
        let dataset = try load("when,a,class\n31/12/2023,3,x\n2/1/2023,1,y\n1/11/2023,2,x\n", options)
        #expect((0..<3).map { values(dataset, $0) } == [[1], [2], [3]])
    }

    @Test("An ARFF file is the table that the same cells make; `init` takes it")
    func readsARFF() throws {
        let arff = """
            % made up
            @RELATION 'two machines'

            @attribute 'oil temp' numeric
            @ATTRIBUTE state {on, 'stand by', "it\\'s off"}
            @attribute code {1, 2}
            @attribute class {good,bad}
            @DATA
            1.5, on, 1, good
            ?,'stand by',2, bad
            % a remark
            3,'it\\'s off' , 1,bad
            -2e1,"it's off",2,good
            """
        var options = TabularOptions()
        options.categorical = ["code"]
        options.format.missing = ["?"]
        let same = try load(
            "oil temp,state,code,class\n1.5,on,1,good\n?,stand by,2,bad\n3,it's off,1,bad\n-20,it's off,2,good\n",
            options)
        let dataset = try load(arff)
        #expect(dataset.featureNames == same.featureNames && dataset.classNames == ["bad", "good"])
        #expect(
            (0..<4).allSatisfy { values(dataset, $0) == values(same, $0) } && dataset.labels == same.labels)
        try withFolder(["a.arff": Array(arff.utf8)]) { folder in
            for path in ["\(folder)/a.arff", folder] {
                let guess = try DatasetGuess(path)
                #expect(guess.request.source == .csv && guess.request.table.target == "class")
                #expect(try Dataset(guess.request).labels == same.labels)
            }
        }
    }

    static let wrongARFF = [
        ("@relation r\n@attribute a numeric\n1,2\n", ":3: expected @attribute or @data, got '1,2'"),
        ("@relation r\n@attribute a numeric\n", "has no @data line"),
        ("@relation r\n@data\n1\n", ":2: no @attribute stands before @data"),
        ("@relation r\n@attribute a {x,y\n@data\nx\n", ":2: the list of values is not closed by '}'"),
        (
            "@relation r\n@attribute 'a numeric\n@data\n1\n",
            ":2: @attribute has no name, or a quote is not closed"
        ),
        ("@relation r\n@attribute a relational\n@data\n1\n", ":2: 'relational' is no type that is read"),
        ("@relation r\n@attribute a numeric\n@data\n{0 1}\n", ":4: is a row of sparse ARFF"),
        ("@relation r\n@attribute a {x}\n@data\nx\ny\n", ":5: 'y' is none of the values of 'a'"),
        ("@relation r\n@attribute a numeric\n@data\n1,2\n", ":4: has 2 values for 1 attributes"),
        ("@relation r\n@attribute a string\n@data\n'x\n", ":4: a quote is not closed"),
    ]

    @Test("What is no ARFF table is refused with its line", arguments: wrongARFF)
    func refusesARFF(_ text: String, _ message: String) {
        #expect { try load(text) } throws: { "\($0)".contains(message) }
    }

    @Test("Groups of a test file that are named like those of the training file are told")
    func tellsSharedGroups() throws {
        var options = TabularOptions()
        options.group = "machine"
        let rows = ["1,m1,a\n2,m1,b\n3,m2,a\n", "4,m2,b\n5,m3,a\n"].map {
            Array("v,machine,class\n\($0)".utf8)
        }
        try withFolder(["a.csv": rows[0], "t.csv": rows[1]]) { folder in
            var request = DatasetRequest(source: .csv, path: "\(folder)/a.csv", table: options)
            request.testPath = "\(folder)/t.csv"
            let remarks = try Dataset(request).remarks
            #expect(
                remarks.contains {
                    $0.hasPrefix("1 groups of the test file are named like") && $0.contains("'m2'")
                })
        }
    }

    @Test(
        "`init` takes y for the target unless it is a place, and leaves out numbers that are called identifiers",
        arguments: [("a,y,b", "y"), ("x,y,z,b", "b"), ("Y,a,b", "Y")])
    func guessesTarget(_ header: String, _ target: String) throws {
        let rows = (0..<90).map { row in
            "\(row * 7919 % 99_991),2024-0\(row / 20 + 1)-\(row % 19 + 10)"
                + String(repeating: ",\(row % 3)", count: header.split(separator: ",").count)
        }
        let text = "customer_id,day,\(header)\n" + rows.joined(separator: "\n") + "\n"
        try withFolder(["a.csv": Array(text.utf8)]) { folder in
            let guess = try DatasetGuess("\(folder)/a.csv")
            #expect(guess.request.table.target == target)
            #expect(guess.request.table.ignored == ["customer_id"] && guess.request.table.window == nil)
        }
    }

    @Test(
        "`init` predicts counts as numbers, and whole numbers that all occur often as classes",
        arguments: [(9, 1, LearningTask.regression), (9, 3, .classification), (5, 1, .classification)])
    func guessesTask(_ most: Int, _ rarest: Int, _ task: LearningTask) throws {
        let targets = (0..<200).map { $0 % most } + [Int](repeating: most, count: rarest)
        let text = "a,target\n" + targets.enumerated().map { "\($0).5,\($1)\n" }.joined()
        try withFolder(["a.csv": Array(text.utf8)]) { folder in
            let guess = try DatasetGuess("\(folder)/a.csv")
            #expect(guess.request.table.task == task)
        }
    }

    @Test("Numbers with a currency, a unit or a percent sign are numbers; names with digits are none")
    func readsSigns() throws {
        let rows = (0..<90).map {
            "$\($0 % 7).25,-\($0).5 %,\($0 * 37 % 90) kg,\"€ 1,\(100 + $0 * 37 % 90).5\",seat\($0 % 5),0x\($0 % 9)f,\($0 % 2 == 0 ? "a" : "b")"
        }
        let text = "price,share,mass,total,place,code,class\n" + rows.joined(separator: "\n") + "\n"
        try withFolder(["a.csv": Array(text.utf8)]) { folder in
            let guess = try DatasetGuess("\(folder)/a.csv")
            let format = guess.request.table.format
            #expect(format.signs == ["$", "%", "kg", "€"] && format.thousands == .comma)
            let dataset = try Dataset(guess.request)
            #expect(dataset.featureNames.prefix(5) == ["price", "share", "mass", "total", "place=seat0"])
            #expect(values(dataset, 8).prefix(4) == [1.25, -8.5, 26, 1126.5])
        }
        // 1.5k is not 1.5 beside 1200.
        let mixed =
            "a,b,class\n"
            + (0..<40).map { "\($0 % 2 == 0 ? "1.5k" : "1200"),\($0 * 7 % 40).5,\($0 % 3)\n" }.joined()
        try withFolder(["a.csv": Array(mixed.utf8)]) { folder in
            let guess = try DatasetGuess("\(folder)/a.csv")
            #expect(guess.request.table.format.signs.isEmpty)
        }
        #expect { try load(text.replacing("%", with: "p"), TabularOptions()) } throws: {
            "\($0)".contains("or say signs: ['")
        }
    }

    @Test("Classes that are numbers stand in numerical order")
    func ordersNumericalClasses() throws {
        #expect(try load("a,c\n1,10\n1,9\n").classNames == ["9", "10"])
    }

    @Test("Named columns are target, group, order and no feature at all")
    func readsNamedColumns() throws {
        var options = TabularOptions()
        (options.target, options.group, options.time) = ("class", "unit", "hour")
        options.ignored = ["id"]
        let dataset = try load("id,class,unit,hour,a\n7,u,m2,3,30\n8,v,m1,1,10\n9,v,m2,2,20\n", options)
        #expect(dataset.sampleShape == [1, 1, 1] && (0..<3).map { values(dataset, $0)[0] } == [10, 20, 30])
        #expect(dataset.groupNames == ["m1", "m2"] && dataset.groups == [0, 1, 1])
        #expect(dataset.labels == [1, 1, 0])
    }

    @Test("A regression predicts numbers")
    func readsRegression() throws {
        var options = TabularOptions()
        options.task = .regression
        guard case .values(let values) = try load("a,y\n1,2.5\n2,-1\n", options).target else {
            Issue.record("expected numbers")
            return
        }
        #expect(values == [2.5, -1])
    }

    @Test(
        "The digits as a CSV file without header are the digits inside the program",
        .enabled(if: isPresent("digits")))
    func readsHeaderlessFile() throws {
        let path = dataFolder.appending(path: "digits/digits.csv.gz").path
        let table = try Dataset(DatasetRequest(source: .csv, path: path))
        let digits = try Dataset(DatasetRequest(source: .digits))
        #expect(table.count == 1797 && table.labels == digits.labels && table.sampleSize == 64)
        #expect((0..<1797).count { values(table, $0) != values(digits, $0) } == 0)
    }

    static let wrong: [(String, String)] = [
        ("a,c\n1,x\n", "one class only"),
        ("a,c\n1,x\n,y\n", "a.csv:3: a: is empty; expected a number"),
        ("a,c\n1,x\n2,\n", "a.csv:3: the class in 'c' is empty"),
        ("a,c\n1,x\ninf,y\n", "a.csv:3: a: expected a finite number, got 'inf'"),
        ("a,c\n1,x\n1e300,y\n", "a.csv:3: a: is too large for float32"),
        ("c\nx\ny\n", "leaves no column as feature"),
        ("a,c\n", "has no rows"),
        ("a,c\n" + (0..<65).map { "t\($0),\($0 % 2)\n" }.joined(), "the column 'a' holds 65 different texts"),
        ("a,c\n" + (0..<30).map { "\($0),\($0).5\n" }.joined(), "'c' holds fractions, no classes; is it"),
        (
            "a,c\n" + (0..<400).map { "\($0),\($0 % 101)\n" }.joined(),
            "'c' holds 101 different classes in 400"
        ),
        ("a,c\n" + (0..<50).map { "\($0),x\($0)\n" }.joined(), "'c' holds 50 different classes in 50"),
    ]

    @Test("A table that cannot be learned from is refused with its place", arguments: wrong)
    func refusesWrong(_ text: String, _ message: String) {
        #expect { try load(text) } throws: { "\($0)".contains(message) }
    }

    @Test(
        "Digits in groups are numbers where the mark is named",
        arguments: [
            ("1,234.5", CSVFormat.DecimalMark.point, CSVFormat.ThousandsMark.comma, Float(1234.5)),
            ("-12,345,678", .point, .comma, -12_345_678), ("999", .point, .comma, 999),
            ("1.234,5", .comma, .point, 1234.5), ("12 345,25", .comma, .space, 12_345.25),
            ("12\u{a0}345", .point, .space, 12_345), ("1\u{202f}000\u{202f}000", .comma, .space, 1e6),
            ("1'250.75", .point, .apostrophe, 1250.75), ("+2’000", .point, .apostrophe, 2000),
        ])
    func readsThousands(
        _ text: String, _ decimal: CSVFormat.DecimalMark, _ mark: CSVFormat.ThousandsMark, _ value: Float
    ) throws {
        var options = TabularOptions()
        (options.format.decimal, options.format.thousands) = (decimal, mark)
        let dataset = try load("a,c\n\"\(text)\",x\n7,y\n", options)
        #expect(dataset.sampleShape == [1, 1, 1] && values(dataset, 0) == [value])
    }

    @Test(
        "What is not in groups of three is no number",
        arguments: [
            "1,23", "0,123", "1234,567", ",123", "1,234,56", "1,,234", "1,234.5,6", "--1,234", "1,234e",
        ])
    func refusesOtherGroups(_ text: String) {
        var options = TabularOptions()
        options.format.thousands = .comma
        #expect { try load("a,c\n1,x\n2,y\n\"\(text)\",y\n", options) } throws: {
            "\($0)".contains("a.csv:4: a: expected a finite number, got '\(text)'")
        }
    }

    @Test("Numbers with marks between thousands are never names unawares; `init` finds the mark")
    func guessesThousands() throws {
        func rows(_ text: (Int) -> String) -> String {
            (0..<40).map { "\(text($0 * 997))\n" }.joined()
        }
        let american =
            "price;kind\n"
            + rows { "\"\($0 / 1000 + 1),\(String($0 % 1000 + 1000).dropFirst()).5\";\($0 % 2)" }
        let european =
            "price;kind\n" + rows { "\($0 / 1000 + 1).\(String($0 % 1000 + 1000).dropFirst()),5;\($0 % 2)" }
        for (text, decimal, mark) in [
            (american, CSVFormat.DecimalMark.point, CSVFormat.ThousandsMark.comma),
            (american.replacing(";", with: ","), .point, .comma), (european, .comma, .point),
        ] {
            var options = TabularOptions()
            options.format.separator = text.contains(";") ? .semicolon : .comma
            options.format.decimal = decimal
            #expect { try load(text, options) } throws: {
                "\($0)".contains(
                    "the column 'price' holds numbers with marks between thousands; say thousands: '")
            }
            options.categorical = ["price"]
            #expect(try load(text, options).sampleSize == 40)
            try withFolder(["a.csv": Array(text.utf8)]) { folder in
                let guess = try DatasetGuess("\(folder)/a.csv")
                #expect(guess.request.table.format.thousands == mark)
                #expect(guess.request.table.format.decimal == decimal)
                let dataset = try Dataset(guess.request)
                #expect(dataset.sampleSize == 1 && dataset.sample(3) == [3991.5])
            }
        }
        #expect { try load("a,c\n1,x\n2,y\n\"1,234\",y\n") } throws: {
            "\($0)".contains("got '1,234'; does it have marks between thousands (thousands: ',')?")
        }
    }

    @Test("A column that is not there is named with those that are")
    func refusesUnknownTarget() {
        var options = TabularOptions()
        options.target = "d"
        #expect { try load("a,c\n1,x\n", options) } throws: {
            "\($0)".contains("has no column 'd'; it has a, c")
        }
    }
}
