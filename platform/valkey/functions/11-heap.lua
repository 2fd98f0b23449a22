-- A heap, by which a claim finds who goes next.

-- A binary heap: of tenants by virtual time, or of the lanes of a tenant by the seq of the job in front. Equal
-- ones in the order of their names.
local function goes_before(a, b) return a.at < b.at or (a.at == b.at and a.name < b.name) end

local function sift_down(heap, at)
  while true do
    local least, left = at, at * 2
    if left <= #heap and goes_before(heap[left], heap[least]) then least = left end
    if left < #heap and goes_before(heap[left + 1], heap[least]) then least = left + 1 end
    if least == at then return end
    heap[at], heap[least] = heap[least], heap[at]
    at = least
  end
end

local function pop_root(heap)
  heap[1] = heap[#heap]
  heap[#heap] = nil
  sift_down(heap, 1)
end

local function push(heap, item)
  local at = #heap + 1
  heap[at] = item
  while at > 1 and goes_before(item, heap[math.floor(at / 2)]) do
    heap[at] = heap[math.floor(at / 2)]
    at = math.floor(at / 2)
    heap[at] = item
  end
end
