import Archives
import Determinism
import Engine
import ModelGraph

/// Random inputs in [−2, 2) and what networks make of them.
struct Samples {
    let values: [[Float]]
    let shape: Shape

    init(count: Int, shape: Shape) {
        var random = RandomStream(seed: 5, .initialization)
        values = (0..<count).map { _ in (0..<shape.elementCount).map { _ in 4 * random.uniform() - 2 } }
        self.shape = shape
    }

    var array: NumberArray {
        NumberArray([values.count] + shape.dimensions.dropFirst(), .float32(values.flatMap { $0 }))
    }

    /// [samples, outputs].
    func answers(of graph: Graph) throws -> NumberArray {
        let worker = Worker(try Plan(graph))
        var results: [Float] = []
        for sample in values {
            worker.setInput(0, floats: sample.span)
            worker.run()
            results += worker.output(0)
        }
        return NumberArray([values.count, results.count / values.count], .float32(results))
    }

    /// The network in int8 where it has such a form, scaled by the values that these inputs give.
    func quantized(_ graph: Graph, weightScales: WeightScales = .perChannel) throws -> Graph {
        let ready = graph.prepared(for: Assignment(.int8))
        let observed = ready.values.indices.filter {
            ready.values[$0].constant == nil && ready.values[$0].type.dataType == .float32
        }
        let worker = Worker(
            try Plan(ready, observing: observed.map { ValueID($0) }, policy: .swiftlet))
        var ranges: [Int: ClosedRange<Float>] = [:]
        for sample in values {
            worker.setInput(0, floats: sample.span)
            worker.run()
            for (place, index) in observed.enumerated() {
                let numbers = worker.observed(place)
                guard let least = numbers.min(), let most = numbers.max(), least.isFinite, most.isFinite
                else {
                    continue
                }
                let own = ranges[index] ?? least...most
                ranges[index] = min(own.lowerBound, least)...max(own.upperBound, most)
            }
        }
        return try ready.converted(
            to: Assignment(.int8), ranges: { ranges[$0.index] }, weightScales: weightScales)
    }
}
