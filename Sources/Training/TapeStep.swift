import Kernels
import ModelGraph

/// Nodes that one rule runs: usually one; a batch normalisation takes the addition and the clamp behind it along.
struct TapeStep {
    var node: Node
    var inputs: [ValueID]
    var output: ValueID
    var residual: ValueID?
    var clamp: Clamp?

    /// The steps that lead to the graph's outputs, in order.
    static func steps(of graph: Graph) -> [TapeStep] {
        let consumers = graph.consumers
        let isNeeded = liveNodes(graph)
        var absorbed = Set<Int>()
        var steps: [(position: Int, step: TapeStep)] = []
        for (index, node) in graph.nodes.enumerated() where isNeeded[index] && !absorbed.contains(index) {
            var step = TapeStep(node: node, inputs: node.inputs, output: node.output)
            var position = index
            if case .batchNormalization = node.operation {
                while let next = step.follower(in: graph, consumers: consumers), !absorbed.contains(next) {
                    guard step.absorb(graph.nodes[next], in: graph) else { break }
                    absorbed.insert(next)
                    position = next
                }
            }
            steps.append((position, step))
        }
        return steps.sorted { $0.position < $1.position }.map(\.step)
    }

    /// Which nodes an output depends on.
    private static func liveNodes(_ graph: Graph) -> [Bool] {
        let producers = graph.producers
        var isLive = [Bool](repeating: false, count: graph.nodes.count)
        var isWanted = [Bool](repeating: false, count: graph.values.count)
        for output in graph.outputs { isWanted[output.index] = true }
        for index in graph.nodes.indices.reversed() where isWanted[graph.nodes[index].output.index] {
            isLive[index] = producers[graph.nodes[index].output.index] == index
            for input in graph.nodes[index].inputs { isWanted[input.index] = true }
        }
        return isLive
    }

    /// The only reader of the step's result, if there is one and nobody outside the graph reads it.
    private func follower(in graph: Graph, consumers: [[Int]]) -> Int? {
        let readers = consumers[output.index]
        return readers.count == 1 && !graph.outputs.contains(output) ? readers[0] : nil
    }

    /// Takes a following addition or clamp into this step, if it can.
    private mutating func absorb(_ next: Node, in graph: Graph) -> Bool {
        guard clamp == nil else { return false }
        if case .activation(let activation) = next.operation, let limits = activation.clamp {
            clamp = limits
        } else if case .binary(.add) = next.operation {
            let other = next.inputs[0] == output ? next.inputs[1] : next.inputs[0]
            guard residual == nil, other != output,
                graph[other].type.shape == graph[output].type.shape
            else { return false }
            residual = other
        } else {
            return false
        }
        output = next.output
        return true
    }
}
