-- The newest earlier delivery of the same supplier that held a layer of this one.
--
-- Parameters  :delivery_id
SELECT max(d.delivery_id) AS delivery_id
FROM delivery AS me
JOIN delivery AS d ON d.supplier = me.supplier AND d.delivery_id < me.delivery_id AND d.status <> 'DUPLICATE'
JOIN delivery_file AS f ON f.delivery_id = d.delivery_id
WHERE me.delivery_id = :delivery_id
    AND f.layer IN (SELECT layer FROM delivery_file WHERE delivery_id = :delivery_id)
