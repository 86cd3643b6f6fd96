import Foundation
import ModelGraph

/// Plain loops of recurrent layers, transposed convolutions and choices.
extension Recurrence {
    /// [T, N, H] or [T, N, 2·H]; `p` are the values of all inputs, `shapes` their shapes.
    func naive(_ p: [[Float]], _ shapes: [Shape]) -> [Float] {
        let (time, batch, width) = (shapes[0][0], shapes[0][1], shapes[0][2])
        let hidden = shapes[2][1], size = hidden * (returnsCell ? 2 : 1)
        var result = [Float](repeating: 0, count: time * batch * size)
        for sample in 0..<batch {
            func state(_ index: Int) -> [Double] {
                let row = shapes[index][0] == 1 ? 0 : sample
                return (0..<hidden).map { Double(p[index][row * hidden + $0]) }
            }
            var h = state(4), c = hasCellState ? state(5) : []
            for step in 0..<time {
                let t = isReversed ? time - 1 - step : step
                let x = (0..<width).map { Double(p[0][(t * batch + sample) * width + $0]) }
                func row(_ gate: Int, _ j: Int, _ state: [Double]) -> (own: Double, recurrent: Double) {
                    let r = gate * hidden + j
                    let own = (0..<width).reduce(Double(p[3][r])) {
                        $0 + Double(p[1][r * width + $1]) * x[$1]
                    }
                    let recurrent = (0..<hidden).reduce(Double(p[3][gates * hidden + r])) {
                        $0 + Double(p[2][r * hidden + $1]) * state[$1]
                    }
                    return (own, recurrent)
                }
                let held = roundsHidden ? h.roundedByOwnRange : h
                (h, c) = stepped(held, c, row, peepholes: p.count > 6 ? p[6].map(Double.init) : nil)
                for j in 0..<hidden {
                    result[(t * batch + sample) * size + j] = Float(h[j])
                    if returnsCell { result[(t * batch + sample) * size + hidden + j] = Float(c[j]) }
                }
            }
        }
        return result
    }

    private func stepped(
        _ h: [Double], _ c: [Double],
        _ row: (Int, Int, [Double]) -> (own: Double, recurrent: Double), peepholes: [Double]?
    ) -> ([Double], [Double]) {
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        func sum(_ gate: Int, _ j: Int, _ state: [Double]) -> Double {
            let parts = row(gate, j, state)
            return parts.own + parts.recurrent
        }
        let n = h.count
        switch cell {
        case .plain(let activation):
            return (h.indices.map { Double(activation.naive(Float(sum(0, $0, h)))) }, c)
        case .lstm:
            var (next, cells) = (h, c)
            for j in 0..<n {
                let input = sigmoid(sum(0, j, h) + (peepholes?[j] ?? 0) * c[j])
                let forget = sigmoid(sum(2, j, h) + (peepholes?[2 * n + j] ?? 0) * c[j])
                let value = forget * c[j] + input * tanh(sum(3, j, h))
                cells[j] = cellClip.map { min(max(value, -Double($0)), Double($0)) } ?? value
                let output = sigmoid(sum(1, j, h) + (peepholes?[n + j] ?? 0) * cells[j])
                next[j] = output * tanh(cells[j])
            }
            return (next, cells)
        case .gru(let resetsAfterProduct):
            let reset = h.indices.map { sigmoid(sum(1, $0, h)) }
            let scaled = h.indices.map { reset[$0] * h[$0] }
            return (
                h.indices.map { j in
                    let update = sigmoid(sum(0, j, h))
                    let parts = row(2, j, resetsAfterProduct ? h : scaled)
                    let candidate = tanh(parts.own + (resetsAfterProduct ? reset[j] : 1) * parts.recurrent)
                    return (1 - update) * candidate + update * h[j]
                }, c
            )
        }
    }
}

extension [Double] {
    /// 255 steps from the least to the greatest number, 0 included; in float32, for halves are rounded by their last bit.
    fileprivate var roundedByOwnRange: [Double] {
        let numbers = map { Float($0) }
        let (least, most) = (Swift.min(numbers.min() ?? 0, 0), Swift.max(numbers.max() ?? 0, 0))
        let scale = (most - least) / 255
        guard scale > 0 else { return self }
        let zero = (-least / scale).rounded(.toNearestOrEven)
        return numbers.map { number in
            let level = Swift.min(Swift.max((number / scale).rounded(.toNearestOrEven), -zero), 255 - zero)
            return Double(level * scale)
        }
    }
}

extension TransposedConvolution {
    /// Every input pixel adds a window of results.
    func naive(_ p: [[Float]], _ shapes: [Shape], output: Shape) -> [Float] {
        var result = [Float](repeating: 0, count: output.elementCount)
        let (input, weights) = (shapes[0], shapes[1])
        let each = output[3] / groups
        for at in input.indices {
            let group = at[3] / weights[3]
            for ky in 0..<kernel.height {
                for kx in 0..<kernel.width {
                    let y = at[1] * stride.height + ky * dilation.height - padding.top
                    let x = at[2] * stride.width + kx * dilation.width - padding.left
                    guard y >= 0, y < output[1], x >= 0, x < output[2] else { continue }
                    for o in group * each..<(group + 1) * each {
                        result[output.offset([at[0], y, x, o])] +=
                            p[0][input.offset(at)] * p[1][weights.offset([o, ky, kx, at[3] % weights[3]])]
                    }
                }
            }
        }
        guard p.count > 2 else { return result }
        return result.indices.map { result[$0] + p[2][$0 % output[3]] }
    }
}

extension LayerNormalization {
    func naive(_ p: [[Float]], _ shapes: [Shape]) -> [Float] {
        let shape = shapes[0]
        let kept = Shape(shape.dimensions.enumerated().map { axes.contains($0.0) ? 1 : $0.1 })
        func group(_ at: [Int]) -> Int {
            kept.offset(at.enumerated().map { axes.contains($0.0) ? 0 : $0.1 })
        }
        var sums = [Double](repeating: 0, count: kept.elementCount), squares = sums
        let count = Double(shape.elementCount / kept.elementCount)
        for at in shape.indices { sums[group(at)] += Double(p[0][shape.offset(at)]) / count }
        for at in shape.indices {
            let difference = Double(p[0][shape.offset(at)]) - sums[group(at)]
            squares[group(at)] += difference * difference / count
        }
        return shape.indices.map { at in
            let g = group(at)
            var y = (Double(p[0][shape.offset(at)]) - sums[g]) / (squares[g] + Double(epsilon)).squareRoot()
            if p.count > 1 { y *= Double(p[1][shapes[1].broadcastOffset(at)]) }
            if p.count > 2 { y += Double(p[2][shapes[2].broadcastOffset(at)]) }
            return Float(y)
        }
    }
}

extension CumulativeSum {
    func naive(_ x: [Float], _ shape: Shape) -> [Float] {
        shape.indices.map { at in
            let range = isReversed ? at[axis]...shape[axis] - 1 : 0...at[axis]
            return range.reduce(Float(0)) { sum, place in
                isExclusive && place == at[axis] ? sum : sum + x[shape.offset(at.replacing(axis, place))]
            }
        }
    }
}
