import Quantities

/// What a finished model predicted for the test part: figures of all samples, of each class, and which classes it takes for
/// which.
public struct TestedAnswer: Codable, Hashable, Sendable {
    /// Samples of the test part.
    public var samples: Int
    /// Quality metrics that follow from predictions alone.
    public var metrics: [Figure]
    /// Empty where numbers are predicted.
    public var classes: [ClassFigures]
    /// Row by row: of a true class, how many samples were predicted as each class.
    public var confusion: [[Int]]

    /// A metric's value.
    public struct Figure: Codable, Hashable, Sendable {
        /// As job files write it.
        public var metric: String
        /// In the metric's unit.
        public var value: Double

        /// A metric and its value.
        public init(metric: String, value: Double) {
            self.metric = metric
            self.value = value
        }
    }

    /// How well one class is told from the others.
    public struct ClassFigures: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Samples that have it, and samples that were predicted to.
        public var samples, predicted: Int
        /// Share of the predicted ones that have it; nil where none was predicted.
        public var precision: Double?
        /// Share of the samples that have it that was found; nil where there are none.
        public var recall: Double?
        /// 2·TP / (2·TP + FP + FN); nil where it was neither there nor predicted.
        public var f1: Double?

        /// The figures of a class that `right` samples were rightly predicted to have.
        public init(name: String, samples: Int, predicted: Int, right: Int) {
            self.name = name
            self.samples = samples
            self.predicted = predicted
            precision = predicted > 0 ? Double(right) / Double(predicted) : nil
            recall = samples > 0 ? Double(right) / Double(samples) : nil
            f1 = samples + predicted > 0 ? 2 * Double(right) / Double(samples + predicted) : nil
        }
    }

    /// What was predicted for the test part.
    public init(samples: Int, metrics: [Figure], classes: [ClassFigures], confusion: [[Int]]) {
        self.samples = samples
        self.metrics = metrics
        self.classes = classes
        self.confusion = confusion
    }
}

extension TestedAnswer {
    /// Larger matrices are left to JSON.
    private static let mostShown = 20

    private var sentence: String {
        "\(samples) test samples: "
            + metrics.map { "\($0.metric) \(Human.number($0.value))" }.joined(separator: ", ")
    }

    private var figureRows: [[String]] {
        classes.map { entry in
            [entry.name, "\(entry.samples)"]
                + [entry.precision, entry.recall, entry.f1].map { share in
                    share.map { Human.fixed($0 * 100, decimals: 1) } ?? "–"
                }
        }
    }

    /// The figures as text, with the matrix where it is small.
    var text: String {
        var text = "\n\(sentence)\n"
        guard !classes.isEmpty else { return text }
        var figures = TextTable([
            ("class", .left), ("samples", .right), ("precision %", .right), ("recall %", .right),
            ("F1 %", .right),
        ])
        for row in figureRows { figures.append(row) }
        text += "\n" + figures.text
        guard classes.count <= TestedAnswer.mostShown else { return text }
        var headings: [(String, TextTable.Alignment)] = [("true \\ predicted", .left)]
        for entry in classes { headings.append((entry.name, .right)) }
        var matrix = TextTable(headings)
        for (entry, counts) in zip(classes, confusion) {
            matrix.append([entry.name] + counts.map { $0 == 0 ? "·" : "\($0)" })
        }
        return text + "\n" + matrix.text
    }

    /// The same as HTML; frequent cells of the matrix are dark.
    var html: String {
        let heading = "<p>\(sentence.escapedForHTML)</p>"
        guard !classes.isEmpty else { return heading }
        func row(_ cells: [String], _ tag: String) -> String {
            let marked = cells.map { "<\(tag)>\($0.escapedForHTML)</\(tag)>" }.joined()
            return "<tr>\(marked)</tr>"
        }
        let titles = row(["class", "samples", "precision %", "recall %", "F1 %"], "th")
        let figures = "<table>\(titles)\(figureRows.map { row($0, "td") }.joined())</table>"
        guard classes.count <= TestedAnswer.mostShown else { return heading + figures }
        func cell(_ count: Int, of total: Int) -> String {
            let shade = Human.fixed(Double(count) / Double(max(total, 1)) * 0.6, decimals: 2)
            return "<td style=\"background:rgba(46,110,180,\(shade))\">\(count)</td>"
        }
        let rows = zip(classes, confusion).map { entry, counts -> String in
            let cells = counts.map { cell($0, of: entry.samples) }.joined()
            return "<tr><th>\(entry.name.escapedForHTML)</th>\(cells)</tr>"
        }
        let matrix = "<table>\(row([""] + classes.map(\.name), "th"))\(rows.joined())</table>"
        return "\(heading)<div class=\"scroll\">\(figures)</div><p>Rows: true class, columns: predicted.</p>"
            + "<div class=\"scroll\">\(matrix)</div>"
    }
}
