package import ModelGraph

/// NonMaxSuppression, written out as one round of operations for each box that a class may keep.
///
/// How many boxes are kept depends on the numbers, but a graph's shapes are fixed: rows of −1 stand for boxes that are not there, and
/// `ImportedModel.paddedOutputs` names the outputs that have them.
extension Translator {
    /// Stands for the score of a box that is out.
    private static let outOfRace: Float = -1e30
    /// Rounds of all samples together.
    private static let mostRounds = 512

    /// Boxes [N, B, 4] and scores [N, C, B] give [N · C · rounds, 3]: sample, class and box.
    mutating func suppress(_ call: Call) throws(ONNXProblem) {
        let boxes = try shape(of: call.named(0), call), scores = try shape(of: call.named(1), call)
        guard boxes.count == 3, boxes[2] == 4, scores.count == 3, scores[0] == boxes[0],
            scores[2] == boxes[1], scores[2] < 1 << 24
        else { throw call.fault("scores \(Shape(scores)) do not fit boxes \(Shape(boxes))") }
        let most = try optionalIntegers(2, of: call)?.first ?? 0
        let rounds = min(max(most, 0), boxes[1])
        guard rounds > 0 else {
            known[call.output] = try empty([0, 3], .int64, call)
            return
        }
        guard rounds.multipliedReportingOverflow(by: boxes[0]).partialValue <= Translator.mostRounds else {
            throw call.unsupported(
                "it keeps up to \(rounds) boxes of each class in \(boxes[0]) samples; at most "
                    + "\(Translator.mostRounds) rounds are written out, so lower max_output_boxes_per_class")
        }
        let limits = (overlap: try scalar(3, of: call) ?? 0, score: try scalar(4, of: call))
        try composed { (translator) throws(ONNXProblem) in
            var rows: [String] = []
            for sample in 0..<boxes[0] {
                let own = try translator.sample(sample, of: call)
                let kept = try translator.kept(
                    own.boxes, own.scores, rounds: rounds, overlap: limits.overlap, score: limits.score,
                    of: call)
                rows.append(try translator.rows(kept, sample: sample, classes: scores[1], of: call))
            }
            _ = try translator.step(
                "Concat", rows, of: call, as: call.output, attributes: [.init("axis", 0)])
        }
        if case .computed(let view)? = known[call.output] { padded.insert(view.value) }
    }

    /// Boxes [B, 4] and scores [C, B] of one sample.
    private mutating func sample(
        _ index: Int, of call: Call
    ) throws(ONNXProblem) -> (boxes: String, scores: String) {
        var parts: [String] = []
        for input in 0..<2 {
            let name = call.named(input), extents = try shape(of: name, call)
            let own = try part(name, axis: 0, index, index + 1, of: call)
            parts.append(
                try step(
                    "Reshape", [own, axesTensor(Array(extents.dropFirst()), "sample", of: call)], of: call))
        }
        return (parts[0], parts[1])
    }

    /// Least and greatest corners [B, 2], and areas [B].
    private struct BoxCorners {
        let least, greatest, area: String
    }

    private mutating func corners(_ boxes: String, of call: Call) throws(ONNXProblem) -> BoxCorners {
        var first = try part(boxes, axis: 1, 0, 2, of: call)
        var second = try part(boxes, axis: 1, 2, 4, of: call)
        if call.flag("center_point_box") {
            let two = number("two", Tensor([], [2]), of: call)
            let half = try step("Div", [second, two], of: call)
            (first, second) = (
                try step("Sub", [first, half], of: call), try step("Add", [first, half], of: call)
            )
        }
        let least = try step("Min", [first, second], of: call)
        let greatest = try step("Max", [first, second], of: call)
        let sides = try step("Sub", [greatest, least], of: call)
        return BoxCorners(least: least, greatest: greatest, area: try area(sides, axis: 1, of: call))
    }

    private mutating func area(_ sides: String, axis: Int, of call: Call) throws(ONNXProblem) -> String {
        try step(
            "ReduceProd", [sides], of: call, attributes: [.init("axes", [axis]), .init("keepdims", 0)])
    }

    /// For each round the box [C] that each class keeps, −1 for none.
    private mutating func kept(
        _ boxes: String, _ scores: String, rounds: Int, overlap: Float, score: Float?, of call: Call
    ) throws(ONNXProblem) -> [String] {
        let corners = try corners(boxes, of: call)
        let extents = try shape(of: scores, call), (classes, count) = (extents[0], extents[1])
        let out = number("out", Tensor([], [Translator.outOfRace]), of: call)
        let least = number("least", Tensor([], [Translator.outOfRace / 2]), of: call)
        let none = number("none", Tensor([], .int64([-1])), of: call)
        try reserve([count], call)
        let places = number("places", Tensor([1, count], .int64((0..<count).map(Int64.init))), of: call)
        let limit = number("overlap", Tensor([], [overlap]), of: call)
        var rest = scores
        if let score {
            let threshold = number("score", Tensor([], [score]), of: call)
            let counts = try step("Greater", [scores, threshold], of: call)
            rest = try step("Where", [counts, scores, out], of: call)
        }
        var kept: [String] = []
        for round in 0..<rounds {
            let box = try step(
                "ArgMax", [rest], of: call, attributes: [.init("axis", 1), .init("keepdims", 0)])
            let best = try step(
                "ReduceMax", [rest], of: call, attributes: [.init("axes", [1]), .init("keepdims", 0)])
            let isFound = try step("Greater", [best, least], of: call)
            kept.append(try step("Where", [isFound, box, none], of: call))
            guard round + 1 < rounds else { break }
            let column = try step("Reshape", [box, axesTensor([classes, 1], "column", of: call)], of: call)
            let isOwn = try step("Equal", [places, column], of: call)
            let share = try shares(corners, with: box, classes, count, of: call)
            let overlaps = try step("Greater", [share, limit], of: call)
            let dropped = try step("Or", [overlaps, isOwn], of: call)
            rest = try step("Where", [dropped, out, rest], of: call)
        }
        return kept
    }

    /// Intersection over union of all boxes with one chosen box a class [C]: [C, B].
    private mutating func shares(
        _ corners: BoxCorners, with box: String, _ classes: Int, _ count: Int, of call: Call
    ) throws(ONNXProblem) -> String {
        func pair(
            _ name: String, _ tail: [Int], _ translator: inout Translator
        ) throws(ONNXProblem) -> [String] {
            let own = try translator.step("Gather", [name, box], of: call, attributes: [.init("axis", 0)])
            return [
                try translator.step(
                    "Reshape", [name, translator.axesTensor([1, count] + tail, "all", of: call)], of: call),
                try translator.step(
                    "Reshape", [own, translator.axesTensor([classes, 1] + tail, "own", of: call)], of: call),
            ]
        }
        let begin = try step("Max", try pair(corners.least, [2], &self), of: call)
        let end = try step("Min", try pair(corners.greatest, [2], &self), of: call)
        let sides = try step("Relu", [try step("Sub", [end, begin], of: call)], of: call)
        let common = try area(sides, axis: 2, of: call)
        let both = try step("Add", try pair(corners.area, [], &self), of: call)
        return try step("Div", [common, try step("Sub", [both, common], of: call)], of: call)
    }

    /// Rows [C · rounds, 3] of one sample, class after class.
    private mutating func rows(
        _ kept: [String], sample: Int, classes: Int, of call: Call
    ) throws(ONNXProblem) -> String {
        let column = axesTensor([classes, 1, 1], "column", of: call)
        var columns: [String] = []
        for box in kept { columns.append(try step("Reshape", [box, column], of: call)) }
        let boxes = try step("Concat", columns, of: call, attributes: [.init("axis", 1)])
        let zero = number("zero", Tensor([], .int64([0])), of: call)
        let none = number("none", Tensor([], .int64([-1])), of: call)
        let isMissing = try step("Less", [boxes, zero], of: call)
        let samples = number("sample", Tensor([1, 1, 1], .int64([Int64(sample)])), of: call)
        let kinds = number(
            "class", Tensor([classes, 1, 1], .int64((0..<classes).map(Int64.init))), of: call)
        var parts: [String] = []
        for part in [samples, kinds] { parts.append(try step("Where", [isMissing, none, part], of: call)) }
        let wide = try step("Concat", parts + [boxes], of: call, attributes: [.init("axis", 2)])
        return try step(
            "Reshape", [wide, axesTensor([classes * kept.count, 3], "rows", of: call)], of: call)
    }
}

extension Tensor {
    /// The rows of a padded output that hold a box: all whose first number is not −1.
    package var withoutPadding: Tensor {
        guard shape.rank == 2, let values = integers, shape[1] > 0 else { return self }
        let width = shape[1]
        let rows = (0..<shape[0]).filter { values[$0 * width] != -1 }
        return Tensor(
            [rows.count, width],
            .int64(rows.flatMap { values[$0 * width..<($0 + 1) * width].map(Int64.init) }))
    }
}
